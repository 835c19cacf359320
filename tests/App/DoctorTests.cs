using RealtimeSeg.Commands;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What <c>doctor</c> tells, and lines for people.</summary>
public sealed class DoctorTests
{
    [Trait("Set", "Slow")]
    [Fact]
    public void Each_check_is_a_short_line_and_the_report_has_all_of_it()
    {
        using TemporaryFolder folder = new();
        string[] arguments = ["doctor", "--report", folder["r.txt"]];
        (int code, string text, string error) = Cli.Run(Repository.Root, arguments);
        Assert.True(code == 0, error);
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(lines.Where(l => !l.StartsWith("wrote ", StringComparison.Ordinal)), l => Assert.True(l.Length <= 80, l));
        Assert.Contains(lines, l => l.StartsWith("  ok    model person: 2 classes, ", StringComparison.Ordinal));
        string report = File.ReadAllText(folder["r.txt"]);
        Assert.StartsWith("program: ", report, StringComparison.Ordinal);
        Assert.All(lines.SkipLast(1), l => Assert.Contains(l.TrimEnd('…'), report, StringComparison.Ordinal));
        Assert.Contains("trained on", report, StringComparison.Ordinal);
        Assert.DoesNotContain("trained on", text, StringComparison.Ordinal);
        (code, _, error) = Cli.Run(Repository.Root, arguments);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.Contains("r.txt", error, StringComparison.Ordinal);
        (code, _, error) = Cli.Run(Repository.Root, [.. arguments, "-y"]); // as that message advises
        Assert.True(code == 0, error);
    }

    /// <summary>As its own message advises for a model of open size.</summary>
    [Fact]
    public void A_model_of_open_size_is_listed_at_the_one_that_is_given()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Shape.Dynamic, Shape.Dynamic));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "scores")]));
        (int code, string text) = Doctor("--model", folder["m.onnx"]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.Contains("add --size", text, StringComparison.Ordinal);
        (code, text) = Doctor("--model", folder["m.onnx"], "--size", "64x32", "--std", "50");
        Assert.True(code == 0, text);
        Assert.Contains("32×64", text.Replace('x', '×'), StringComparison.Ordinal);
        Assert.Contains("deviation 50 50 50", text, StringComparison.Ordinal);
        Assert.Contains("'bench --roofline' measures", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("add --model", "--size", "64x32")]
    [InlineData("add --model", "--gl-half", "on")]
    [InlineData("--report does nothing with --model", "--model", "street", "--report", "r.txt")]
    public void Options_that_would_do_nothing_are_refused(string says, params string[] options)
    {
        (int code, string text) = Doctor(options);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.Contains(says, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llvmpipe (LLVM 15.0.6, 256 bits)", true)]
    [InlineData("softpipe", true)]
    [InlineData("NVIDIA GeForce RTX 4060/PCIe/SSE2", false)]
    public void Any_driver_in_software_is_told(string name, bool isSoftware)
    {
        IReadOnlyList<Finding> found = MachineChecks.Drawing(new Driver(name, "4.5"), tellsLoss: isSoftware);
        Assert.Equal(isSoftware, found.Any(f => f.Lines(null, false).Any(l => l.Contains("in software", StringComparison.Ordinal))));
        string details = string.Join('\n', found[0].Details);
        Assert.Contains(isSoftware ? "it tells of" : "it does not tell of", details, StringComparison.Ordinal);
        Assert.Equal(isSoftware, details.Contains("opened again", StringComparison.Ordinal));
    }

    /// <summary>Exit code and all that is printed.</summary>
    private static (int Code, string Text) Doctor(params string[] arguments) => InProcess.AppText(["doctor", .. arguments]);

    [Fact]
    public void A_failure_has_its_remedy_below_it_and_details_only_on_demand()
    {
        Finding found = Finding.Failure("a camera with a name that is longer than a line", "look whether another program uses it") with
        {
            Details = ["seen at /dev/video7"],
        };
        const string Expected = "  FAIL  a camera with a name th…|        look whether another|          program uses it";
        Assert.Equal(Expected, string.Join('|', found.Lines(32, withDetails: false)));
        Assert.Equal("        seen at /dev/video7", found.Lines(32, withDetails: true).Last());
        Assert.Equal(2, found.Lines(columns: null, withDetails: false).Count());
    }

    [Theory]
    [InlineData("one two three", 20, 0, "one two three")]
    [InlineData("one two three", 8, 0, "one two|three")]
    [InlineData("  one two three", 9, 2, "  one two|    three")]
    [InlineData("a_word_that_is_too_long for it", 8, 0, "a_word_that_is_too_long|for it")]
    [InlineData("one two", null, 0, "one two")]
    public void Text_is_broken_between_words(string text, int? columns, int indent, string lines)
        => Assert.Equal(lines, string.Join('|', Terminal.Wrapped(text, columns, indent)));
}
