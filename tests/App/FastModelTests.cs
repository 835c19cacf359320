using RealtimeSeg.Commands;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>When a smaller network takes the default one's place.</summary>
public sealed class FastModelTests : IClassFixture<AppModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _lines = [];
    private readonly string _file;

    public FastModelTests(AppModel model)
    {
        _file = _folder["street-int8.onnx"];
        File.Copy(model.File, _file);
        File.Copy(model.File, _folder["street-fast.onnx"]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a/street-int8.onnx", "a/street-fast.onnx")]
    [InlineData("person.onnx", "person-fast.onnx")]
    public void It_lies_beside_the_network_whose_name_it_has(string model, string fast) => Assert.Equal(fast, FastModel.Beside(model));

    /// <summary>No computer runs the network a million times a second, and each one once in a hundred seconds.</summary>
    [Fact]
    public void It_takes_the_place_of_one_that_cannot_keep_the_rate()
    {
        PipelineSettings held = new() { Source = "synth://", Model = _file, Labels = new LabelOptions(TargetFps: null) };
        Assert.Equal(_folder["street-fast.onnx"], Chosen(held, sourceRate: 1e6));
        string line = Assert.Single(_lines);
        Assert.StartsWith("for 1000000 frames/s street-fast takes the place of street-int8, which needs", line, StringComparison.Ordinal);
        Assert.EndsWith("--model street keeps it", line, StringComparison.Ordinal);
        Assert.Equal(_folder["street-fast.onnx"], Chosen(held with { Labels = new LabelOptions(TargetFps: 1e6) }, sourceRate: 0.01));
        Assert.Null(Chosen(held, sourceRate: 0.01));
    }

    [Fact]
    public void It_does_not_where_a_model_is_named_or_no_rate_is_held_or_there_is_none()
    {
        PipelineSettings held = new() { Source = "synth://", Model = _file, Labels = new LabelOptions(TargetFps: null) };
        Assert.Null(Chosen(held with { ModelIsNamed = true }, 1e6));
        Assert.Null(Chosen(held with { Precision = Precision.Float }, 1e6));
        Assert.Null(Chosen(held with { Labels = new LabelOptions(TargetFps: 0) }, 1e6));
        File.Delete(_folder["street-fast.onnx"]);
        Assert.Null(Chosen(held, 1e6));
        Assert.Empty(_lines);
    }

    /// <summary>As a user starts it, with the models that ship: by the default view, and by one that is about people.</summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("overlay", "street-fast")]
    [InlineData("blur", "person-fast")]
    public void Live_takes_the_small_one_of_the_model_that_the_view_needs(string view, string model)
    {
        string[] held = ["live", "synth://3", "null", "--view", view, "--frames", "3", "--headless"];
        (int code, string text, string error) = Cli.Run(Repository.Root, [.. held, "--target-fps", "900", "--json", _folder["b.json"]]);
        Assert.True(code == 0, error);
        Assert.Contains($"for 900 frames/s {model} takes the place of {model[..^"-fast".Length]}", text, StringComparison.Ordinal);
        Assert.Contains($"\"name\": \"{model}\"", File.ReadAllText(_folder["b.json"]), StringComparison.Ordinal);
    }

    /// <summary>There is no person-int8.onnx: a precision that nobody looked at would start all the same.</summary>
    [Fact]
    public void A_precision_that_was_asked_for_counts_where_the_view_chooses_the_model()
    {
        string[] asked = ["live", "synth://3", "null", "--view", "blur", "--headless", "--precision", "int8"];
        (int code, _, string error) = Cli.Run(Repository.Root, asked);
        Assert.Equal(2, code);
        Assert.Contains("person-int8.onnx", error, StringComparison.Ordinal);
    }

    private string? Chosen(PipelineSettings s, double sourceRate)
    {
        using Segmenter model = Segmenter.Load(_file, new SegmenterOptions(ExecutionProviders.Cpu, Size: (64, 48)), _ => { });
        return FastModel.InPlaceOf(s, model, sourceRate, _lines.Add);
    }
}
