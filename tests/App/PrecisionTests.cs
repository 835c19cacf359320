using System.Diagnostics;
using RealtimeSeg.Commands;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Which file of a network is used that comes in two. The slow one has fifty layers, the fast one a single one.</summary>
public sealed class PrecisionTests(AppModel slow) : IClassFixture<AppModel>
{
    private static readonly SegmenterOptions Options = new(ExecutionProviders.Cpu, Size: (128, 96));

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_faster_file_wins_and_is_not_measured_again(bool integersAreFaster)
    {
        using TemporaryFolder folder = new();
        PrecisionPair pair = Pair(folder, integersAreFaster);
        List<string> lines = [];
        string cache = folder["cache/precision.json"];
        string winner = integersAreFaster ? pair.Integers : pair.Floats;
        Assert.Equal(winner, PrecisionRace.Winner(pair, Options, lines.Add, cache));
        Assert.StartsWith($"precision: {Path.GetFileName(winner)} (", Assert.Single(lines), StringComparison.Ordinal);

        // What is kept decides, as the same pair the other way round shows, but only for these files run in this way.
        string kept = File.ReadAllText(cache).Replace("Int8Ms", "-", StringComparison.Ordinal);
        kept = kept.Replace("FloatMs", "Int8Ms", StringComparison.Ordinal).Replace("\"-\"", "\"FloatMs\"", StringComparison.Ordinal);
        File.WriteAllText(cache, kept);
        string other = PrecisionRace.Winner(pair, Options, lines.Add, cache);
        Assert.NotEqual(winner, other, StringComparer.Ordinal);
        Assert.Single(lines);
        Assert.Equal(winner, PrecisionRace.Winner(pair, Options with { Threads = 1 }, lines.Add, cache));
        Assert.Equal(2, lines.Count);
        File.AppendAllText(cache, "}");
        Assert.Equal(winner, PrecisionRace.Winner(pair, Options, lines.Add, cache));
    }

    [Fact]
    public void A_result_that_cannot_be_kept_is_told_and_used()
    {
        using TemporaryFolder folder = new();
        PrecisionPair pair = Pair(folder, integersAreFaster: false);
        List<string> lines = [];
        Assert.Equal(pair.Floats, PrecisionRace.Winner(pair, Options, lines.Add, Path.Combine(pair.Floats, "cache")));
        Assert.StartsWith("precision: measured again next time", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.onnx")]
    [InlineData("x-int8.onnx")]
    public void Either_file_names_both(string named)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["x.onnx"], "");
        string Choose(Precision wanted) => PrecisionPair.Choose(folder[named], wanted, Options, _ => { });
        Assert.Equal(folder[named], Choose(Precision.AsNamed));
        Assert.Equal(folder["x.onnx"], Choose(Precision.Float));
        Assert.Contains("quantize", Assert.Throws<UserError>(() => Choose(Precision.Int8)).Message, StringComparison.Ordinal);
        Assert.Equal(folder[named], Choose(Precision.Auto)); // nothing to choose from
        File.WriteAllText(folder["x-int8.onnx"], "");
        Assert.Equal(folder["x-int8.onnx"], Choose(Precision.Int8));
        Assert.Equal(folder["x.onnx"], PrecisionPair.Choose(folder[named], Precision.Auto, new(ExecutionProviders.Cuda), _ => { }));
        Assert.Throws<UserError>(() => PrecisionPair.Choose(Path.GetDirectoryName(folder["x"])!, Precision.Auto, Options, _ => { }));
    }

    /// <summary>Its partner may be damaged, a pipe, which nobody writes to, or another network.</summary>
    [Theory]
    [InlineData("damaged")]
    [InlineData("pipe")]
    [InlineData("other classes")]
    public void A_good_file_is_used_whatever_lies_beside_it(string beside)
    {
        using TemporaryFolder folder = new();
        File.Copy(slow.File, folder["x.onnx"]);
        if (beside == "damaged") File.WriteAllBytes(folder["x-int8.onnx"], File.ReadAllBytes(slow.File)[..5000]);
        else if (beside == "pipe") Process.Start("mkfifo", folder["x-int8.onnx"]).WaitForExit();
        else File.WriteAllBytes(folder["x-int8.onnx"], PixelNet.File());
        List<string> lines = [];
        Assert.Equal(folder["x.onnx"], PrecisionPair.Choose(folder["x.onnx"], Precision.Auto, Options, lines.Add));
        Assert.Equal(beside == "pipe" ? 0 : 1, lines.Count(l => l.Contains("x-int8.onnx", StringComparison.Ordinal)));
    }

    /// <summary>The run ends with the same error: a line that takes one of the files in spite of it would be told before.</summary>
    [Fact]
    public void What_cannot_be_run_is_refused_before_two_files_are_raced()
    {
        using TemporaryFolder folder = new();
        File.Copy(slow.File, folder["x.onnx"]);
        File.Copy(slow.File, folder["x-int8.onnx"]);
        List<string> lines = [];
        SegmenterOptions odd = Options with { Provider = ExecutionProviders.Auto, ProviderLibrary = "any.so" };
        UserError e = Assert.Throws<UserError>(() => PrecisionPair.Choose(folder["x.onnx"], Precision.Auto, odd, lines.Add));
        Assert.Contains("needs --provider NAME", e.Message, StringComparison.Ordinal);
        Assert.Empty(lines);
    }

    /// <summary>Whoever names a file gets that file; the default is the faster one.</summary>
    [Theory]
    [InlineData(Precision.Auto)]
    [InlineData(Precision.AsNamed, "--model", "x.onnx")]
    [InlineData(Precision.Auto, "--precision", "auto", "--model", "x.onnx")]
    [InlineData(Precision.Float, "--precision", "FLOAT")]
    public void A_named_model_is_used_as_it_is(Precision expected, params string[] arguments)
        => Assert.Equal(expected, ParsedOptions.Read(Mode.Replay, arguments).Precision);

    private PrecisionPair Pair(TemporaryFolder folder, bool integersAreFaster)
    {
        PrecisionPair pair = PrecisionPair.Of(folder["x.onnx"]);
        File.Copy(slow.File, integersAreFaster ? pair.Floats : pair.Integers);
        using Segmenter other = slow.Load((64, 48));
        File.WriteAllBytes(integersAreFaster ? pair.Integers : pair.Floats, PixelNet.Sure(other.Manifest.Classes));
        return pair;
    }
}
