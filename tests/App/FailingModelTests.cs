using System.Text.Json;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Models that load, and are none when they run.</summary>
public sealed class FailingModelTests(AppModel model) : IClassFixture<AppModel>
{
    private static readonly Shape Image = new(1, 3, 48, 64);

    /// <summary>What the file declares is not what it returns.</summary>
    [Theory]
    [InlineData("scores", new long[] { 1, 9216 })]
    [InlineData("scores", new long[] { 1, 4, 48, 48 })]
    [InlineData("scores", new long[] { 0, 3, 48, 64 })]
    [InlineData("matte", new long[] { 9216 })]
    [InlineData("labels", new long[] { 1, 9216 })]
    [InlineData("labels", new long[] { 1, 3, 48, 64 })]
    public void An_output_that_is_no_map_is_refused_with_its_shape(string kind, long[] returned)
    {
        using TemporaryFolder folder = new();
        WriteShaped(folder["m.onnx"], kind, returned);
        ModelHintsFor(folder["m.json"], kind);
        using Segmenter segmenter = Segmenter.Load(folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
        using FrameSlot slot = SwappedModels.Slot();
        segmenter.Fit(slot);
        string message = Assert.Throws<UserError>(() => segmenter.Infer(slot)).Message;
        Assert.Contains($"m returns y as [{string.Join(',', returned)}]", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_cannot_run_does_not_take_over()
    {
        using TemporaryFolder folder = new();
        WriteGatherBeyondTheEnd(folder["b.onnx"]);
        using SwappedModels models = new(model.File, folder, "a.onnx");
        Segmenter first = models.Shelf.Current;
        models.Next();
        Assert.True(models.Shelf.Status is { IsAlarm: true }, models.Shelf.Status?.Text);
        Assert.Contains("b cannot run on 64×48 pixels", models.Shelf.Status!.Value.Text, StringComparison.Ordinal);
        Assert.Same(first, models.Shelf.Current);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_model_that_cannot_run_ends_a_run_in_one_line()
    {
        using TemporaryFolder folder = new();
        WriteGatherBeyondTheEnd(folder["b.onnx"]);
        (int code, _, string error) = Cli.Run(Repository.Root, "replay", "synth://", "null", "--headless", "--model", folder["b.onnx"]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.StartsWith("error: b cannot run", Assert.Single(error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    /// <summary>All work is done once before the source is read, on a black image, which says nothing about others.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void A_model_that_cannot_run_on_black_runs_on_what_it_can()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, Image);
        Value most = g.Add("ReduceMax", [x], Shape.Scalar, attributes: [("keepdims", 0L)]);
        Value black = g.Add("Less", [most, g.Constant(0.01f)], Shape.Scalar, ElementType.Bool); // which scaling may make negative
        Value index = g.Add("Mul", [
            g.Add("Cast", [black], Shape.Scalar, ElementType.Int64, attributes: [("to", (long)ElementType.Int64)]), g.Constant(9L),
        ], new Shape(1), ElementType.Int64);
        Value one = g.Add("Gather", [x, index], new Shape(1, 1, 48, 64), attributes: [("axis", 1L)]);
        File.WriteAllBytes(folder["b.onnx"], OnnxWriter.Write(g, [g.Rename(one, "y")]));
        string[] run = ["replay", "synth://", "null", "--headless", "--frames", "2", "--model", folder["b.onnx"]];
        (int code, _, string error) = Cli.Run(Repository.Root, [.. run, "--json", folder["j.json"]]);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["j.json"]));
        Assert.Equal(2, json.RootElement.GetProperty("frames").GetInt32());
        Assert.True(json.RootElement.GetProperty("managed_bytes_per_frame").GetDouble() >= 0);
    }

    private static void ModelHintsFor(string sidecar, string kind)
        => File.WriteAllText(sidecar, kind == "labels" ? """{ "labels": ["a", "b", "c"] }""" : "{}");

    private static void WriteGatherBeyondTheEnd(string file)
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, Image);
        Value one = g.Add("Gather", [x, g.Constant(9L)], new Shape(1, 1, 48, 64), attributes: [("axis", 1L)]);
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(one, "y")]));
    }

    /// <summary>The target of the reshaping depends on the image, so that nothing knows it before a run.</summary>
    private static void WriteShaped(string file, string kind, long[] returned)
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, Image);
        Value nothing = Elementwise.Mul(g, g.Add("ReduceMax", [x], Shape.Scalar, attributes: [("keepdims", 0L)]), g.Constant(0f));
        Value zero = g.Add("Cast", [nothing], Shape.Scalar, ElementType.Int64, attributes: [("to", (long)ElementType.Int64)]);
        Value rank = g.Add("Add", [zero, g.Constant((long)returned.Length)], new Shape(1), ElementType.Int64);
        Value target = g.Add("Slice", [g.Constant(returned), g.Constant(0L), rank], new Shape(Shape.Dynamic), ElementType.Int64);
        Shape declared = kind == "scores" ? Image : new Shape(1, 1, 48, 64);
        Value start = g.Constant(0L);
        Value from = returned.Contains(0) ? g.Add("Slice", [x, start, start, start], new Shape(0, 3, 48, 64)) : x;
        Value y = g.Add("Reshape", [from, target], declared, attributes: [("allowzero", 1L)]);
        if (kind == "labels") y = g.Add("Cast", [y], declared, ElementType.Int64, attributes: [("to", (long)ElementType.Int64)]);
        File.WriteAllBytes(file, OnnxWriter.Write(g, [g.Rename(y, "y")]));
    }

    /// <summary>When it is loaded; what its file does not declare, when it is tried.</summary>
    [Theory]
    [InlineData("batch", "its input takes 4 images at once: export it with a batch of 1")]
    [InlineData("boxes", "its output found is [1,3,6144], no map of an image of 96×64: name a model that segments images")]
    [InlineData("boxes when it runs", "its output found is [1,3,6144], no map of an image of 96×64")]
    [InlineData("layout", "layout nhwc: its input would have 96 channels, where images have 3")]
    public void What_segments_no_single_image_is_refused_before_the_first_frame(string kind, string says)
    {
        using TemporaryFolder folder = new();
        bool isDynamic = kind == "boxes when it runs";
        long side = isDynamic ? Shape.Dynamic : 64;
        GraphBuilder g = new();
        Value y = Relu.Emit(g, g.Input("image", ElementType.Float, new Shape(kind == "batch" ? 4 : 1, 3, side, isDynamic ? side : 96)));
        if (kind == "boxes") y = g.Add("Reshape", [y, g.Constant(1, 3, 6144)], new Shape(1, 3, 6144));
        if (isDynamic) y = g.Add("Reshape", [y, g.Constant(1, 3, -1)], new Shape(1, 3, Shape.Dynamic));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(y, "found")]));
        ModelHints hints = new() { Layout = kind == "layout" ? "nhwc" : null };
        foreach (string provider in new[] { ExecutionProviders.Cpu, ExecutionProviders.Gl })
        {
            string message = Assert.Throws<UserError>(() => Open(new SegmenterOptions(provider, Size: (96, 64), Hints: hints))).Message;
            Assert.Contains(says, message, StringComparison.Ordinal);
        }

        void Open(SegmenterOptions options)
        {
            using Segmenter opened = Segmenter.Load(folder["m.onnx"], options, _ => { });
            if (isDynamic) opened.Rehearse();
        }
    }
}
