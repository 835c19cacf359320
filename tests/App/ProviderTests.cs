using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Providers of ONNX Runtime besides the CPU, as far as they can be tried without a card.</summary>
public sealed class ProviderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TensorRT_keeps_what_it_builds_where_there_is_a_cache()
    {
        Dictionary<string, string> kept = NvidiaProviders.TensorRt("/cache/x"), unkept = NvidiaProviders.TensorRt(null);
        Assert.Equal("/cache/x", kept["trt_engine_cache_path"]);
        Assert.Equal("/cache/x", kept["trt_timing_cache_path"]);
        Assert.Equal("1", kept["trt_engine_cache_enable"]);
        Assert.All(unkept.Keys, k => Assert.DoesNotContain("cache", k, StringComparison.Ordinal));
        Assert.False(NvidiaProviders.HasEngine(_folder["none"]));
        Directory.CreateDirectory(_folder["e"]);
        Assert.False(NvidiaProviders.HasEngine(_folder["e"]));
        File.WriteAllBytes(_folder["e/subgraph_sm90.engine"], [1]);
        Assert.True(NvidiaProviders.HasEngine(_folder["e"]));
    }

    /// <summary>An engine of what a file held before must not be run.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void Another_graph_size_or_card_has_another_engine()
    {
        using AppModel model = new();
        static string? Folder(string file, (int, int)? size = null, string? card = "NVIDIA X")
            => NvidiaProviders.EngineFolder(ModelGraph.Of(file), size, card);
        string before = Folder(model.File)!;
        File.Copy(model.File, _folder["copy.onnx"]);
        Assert.Equal(before, Folder(_folder["copy.onnx"]));
        Assert.NotEqual(before, Folder(model.File, (64, 48)), StringComparer.Ordinal);
        Assert.NotEqual(before, Folder(model.File, card: "NVIDIA Y"), StringComparer.Ordinal);
        Assert.NotEqual(before, Folder(model.File, card: null), StringComparer.Ordinal);
        Exporter.Random(NetworkNames.Parse("fcn4s", "reslite", 11), "fcn4s-reslite", 2, model.File);
        string? after = Folder(model.File);
        Assert.NotEqual(before, after, StringComparer.Ordinal);
    }

    /// <summary>As the driver lays out its folder under /proc.</summary>
    [Fact]
    public void A_card_is_known_by_the_name_that_its_driver_gives_it()
    {
        Assert.Null(NvidiaProviders.CardOf(_folder["none"]));
        Directory.CreateDirectory(_folder["gpus/0000:65:00.0"]);
        Assert.Null(NvidiaProviders.CardOf(_folder["gpus"]));
        File.WriteAllText(_folder["gpus/0000:65:00.0/information"], "Model: \t\t NVIDIA RTX A2000\nIRQ:   \t\t 141\n");
        Assert.Equal("NVIDIA RTX A2000", NvidiaProviders.CardOf(_folder["gpus"]));
    }

    [Theory]
    [InlineData("deconvnet", false, true)]
    [InlineData("deconvnet", true, false)]
    [InlineData("fcn4s", false, false)]
    public void Unpooling_that_cards_lack_is_seen(string net, bool scatter, bool seen)
    {
        string file = _folder["m.onnx"];
        Exporter.Random(NetworkNames.Parse(net, "reslite", 4), net, 1, file, new ExportForm(UnpoolByScatter: scatter));
        Assert.Equal(seen, ModelGraph.Of(file).UnpoolsBySwitches);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_provider_from_a_library_labels_as_the_CPU_does()
    {
        string library = Compiled();
        using AppModel model = new();
        using Segmenter cpu = Segmenter.Load(model.File, new SegmenterOptions(ExecutionProviders.Cpu, Size: (64, 48)), _ => { });
        using Segmenter plugin = Loaded(model.File, "Trial", library);
        Assert.Equal("Trial", plugin.Provider);
        Assert.Equal(Labels(cpu), Labels(plugin));
        UserError error = Assert.Throws<UserError>(() => Loaded(model.File, "openvino", library));
        Assert.Contains("offers no such provider", error.Message, StringComparison.Ordinal);
        Assert.Contains("TrialExecutionProvider", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_none_is_refused_in_one_line()
    {
        using AppModel model = new();
        File.WriteAllText(_folder["text.so"], "no library");
        AssertRefused(model.File, "trial", _folder["text.so"], "cannot be loaded");
        AssertRefused(model.File, "trial", _folder["missing.so"], "there is no such file");
        AssertRefused(model.File, ExecutionProviders.Auto, _folder["text.so"], "needs --provider NAME");
        AssertRefused(model.File, ExecutionProviders.Cpu, _folder["text.so"], "--provider cpu does not use it");
        AssertRefused(model.File, ExecutionProviders.Gl, _folder["text.so"], "--provider gl does not use it");
        AssertRefused(model.File, "trial", null, "no provider 'trial'");
    }

    private static void AssertRefused(string model, string provider, string? library, string says)
    {
        UserError error = Assert.Throws<UserError>(() => Loaded(model, provider, library));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static Segmenter Loaded(string model, string provider, string? library)
        => Segmenter.Load(model, new SegmenterOptions(provider, Size: (64, 48), ProviderLibrary: library), _ => { });

    private static byte[] Labels(Segmenter model)
    {
        using StreetSource street = new("synth://3", null);
        using FrameSlot slot = new();
        street.Read(slot.Image);
        model.Fit(slot);
        model.Infer(slot);
        return slot.Labels.AsSpan<byte>().ToArray();
    }

    /// <summary>The least that ONNX Runtime takes for a plug-in provider.</summary>
    private string Compiled()
    {
        string packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget/packages");
        string headers = Path.Combine(packages, "microsoft.ml.onnxruntime", PackageVersion(), "build/native/include");
        Skip.If(!Directory.Exists(headers), $"ONNX Runtime's headers are not in {headers}");
        string source = Path.Combine(Repository.Root, "tests/Support/plugin-provider.c"), library = _folder["trial.so"];
        (int Code, string Output, string Error)? built = Cli.Try("gcc", "-shared", "-fPIC", $"-I{headers}", source, "-o", library);
        Skip.If(built is null, "gcc is not installed");
        Assert.True(built.Value.Code == 0, built.Value.Error);
        return library;
    }

    private static string PackageVersion() => Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString();
}
