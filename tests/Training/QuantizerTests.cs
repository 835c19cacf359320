using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Models in 8-bit integers.</summary>
public sealed class QuantizerTests
{
    private static readonly SynthStreet Street = new(8, seed: 9);

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn4s", "reslite-fpn", 60, 1f, 1.5f)]
    [InlineData("deconvnet", "reslite", 120, 1f)]
    public void A_trained_network_in_integers_gives_almost_the_same_masks(string net, string backbone, int steps, params float[] scales)
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(steps, net) with { Backbone = backbone }, folder.Path);
        RunExport.FromRun(folder.Path, folder["float.onnx"], new ExportForm(Scales: scales));
        (ModelProto model, int integer, int convolutions) = Quantizer.Quantize(folder["float.onnx"], Images(4));
        Assert.InRange(integer, convolutions * 2 / 3, convolutions - 1);
        Assert.All(model.Graph.Node, n => Assert.Equal("", n.Domain)); // standard operators only
        Assert.InRange(model.OpsetImport.Single().Version, 13, OnnxWriter.Opset);
        Assert.InRange(model.IrVersion, 7, OnnxWriter.IrVersion);
        Assert.InRange(model.CalculateSize(), 0, 0.3 * new FileInfo(folder["float.onnx"]).Length);

        using Evaluator exact = new(File.ReadAllBytes(folder["float.onnx"]), "float"), integers = new(model.ToByteArray(), "integers");
        double least = net == "deconvnet" ? 0.85 : 0.97; // every level of unpooling adds its rounding
        HashSet<byte> shown = [];
        for (int i = 4; i < Street.Count; i++)
        {
            Mat image = Street.Load(i).Image;
            (byte[] expected, byte[] confidence) = exact.Decide(image);
            byte[] got = integers.Labels(image), ordered = [.. confidence.Order()];
            int[] sure = [.. Enumerable.Range(0, got.Length).Where(p => confidence[p] >= ordered[ordered.Length / 2])];
            double same = sure.Average(p => got[p] == expected[p] ? 1.0 : 0); // so short a training leaves the other half in doubt
            Assert.True(same > least, $"{same:P2} agree");
            shown.UnionWith(sure.Select(p => expected[p]));
        }

        Assert.True(shown.Count > 1, "one class everywhere proves nothing");
    }

    /// <summary>The file is written in ordinary operators: a runtime that fuses none of them computes the same.</summary>
    [Fact]
    public void Fused_integers_and_float_operators_agree()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 24, 32, 3));
        Value x = FrameOps.Planes(g, frame); // [1,3,24,32]
        x = Relu.Emit(g, Convolve(g, x, "first", 16, 3)); // of three channels: stays in floats
        Value y = Relu.Emit(g, Convolve(g, x, "second", 24, 16));
        y = Relu.Emit(g, Elementwise.Add(g, Convolve(g, y, "third", 16, 24), x));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(y, "out")]));
        (ModelProto model, int integer, _) = Quantizer.Quantize(folder["m.onnx"], [Piece(0)]);
        Assert.Equal(2, integer);
        IEnumerable<TensorProto> kernels = model.Graph.Initializer.Where(t => t.DataType == (int)ElementType.Int8);
        Assert.All(kernels.SelectMany(t => t.RawData), b => Assert.InRange((sbyte)b, -63, 63));

        foreach (string layer in new[] { "second", "third" }) BiasesAreAsTheyWere(model, layer);

        byte[] bytes = model.ToByteArray();
        float[] fused = Run(bytes, GraphOptimizationLevel.ORT_ENABLE_ALL), plain = Run(bytes, GraphOptimizationLevel.ORT_DISABLE_ALL);
        float[] exact = Run(File.ReadAllBytes(folder["m.onnx"]), GraphOptimizationLevel.ORT_ENABLE_ALL);
        float largest = exact.Max(), step = largest / 255;
        for (int i = 0; i < exact.Length; i++) Assert.InRange(fused[i] - plain[i], -1.01f * step, 1.01f * step);
        Assert.InRange(exact.Zip(fused, (a, b) => Math.Abs(a - b)).Average(), 1e-9, 4 * step); // rounded, but not wrong
    }

    /// <summary>Bytes centred on one number are codes: the first convolution takes them as they are, in the picture's order.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_picture_enters_the_first_convolution_as_bytes(bool rgb)
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 20, 33, 3)); // padded to 32×64
        Value x = FrameInput.Emit(g, frame, new InputScaling(rgb, [128, 128, 128], [128, 128, 128]));
        x = Relu.Emit(g, Convolve(g, x, "first", 16, 3));
        x = Relu.Emit(g, Convolve(g, x, "second", 24, 16));
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(x, "out")]));
        using Mat piece = Piece(0), part = piece[new Rect(0, 0, 32, 20)], picture = part.CopyMakeBorder(0, 0, 0, 1, BorderTypes.Replicate);
        (ModelProto model, int integer, _) = Quantizer.Quantize(folder["m.onnx"], [picture]);
        Assert.Equal(2, integer);
        string[] before = [.. model.Graph.Node.TakeWhile(n => n.OpType != "Conv").Select(n => n.OpType)];
        Assert.Equal(0, before.Count(op => op is "Cast" or "Gather" or "Sub" or "Mul"));
        float[] exact = Run(File.ReadAllBytes(folder["m.onnx"]), GraphOptimizationLevel.ORT_ENABLE_ALL, picture);
        float[] fused = Run(model.ToByteArray(), GraphOptimizationLevel.ORT_ENABLE_ALL, picture);
        float[] plain = Run(model.ToByteArray(), GraphOptimizationLevel.ORT_DISABLE_ALL, picture);
        float step = exact.Max() / 255;
        Assert.InRange(exact.Zip(fused, (a, b) => Math.Abs(a - b)).Average(), 1e-9, 2 * step);
        Assert.InRange(exact.Zip(plain, (a, b) => Math.Abs(a - b)).Average(), 1e-9, 2 * step);
    }

    /// <summary>VOC has 21 classes: enough channels to be taken for a layer like any other.</summary>
    [Fact]
    public void Layers_that_give_scores_stay_in_floats()
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn16s", "reslite", 21), "any", 1, folder["float.onnx"]);
        (ModelProto model, _, _) = Quantizer.Quantize(folder["float.onnx"], Images(1));
        ILookup<bool, string> byKind = model.Graph.Node.Where(n => n.OpType == "Conv")
            .ToLookup(n => n.Input[1].EndsWith(".back", StringComparison.Ordinal), n => n.Name);
        Assert.NotEmpty(byKind[true]);
        Assert.DoesNotContain(byKind[true], name => name.StartsWith("score", StringComparison.Ordinal));
        Assert.Equal(2, byKind[false].Count(name => name.StartsWith("score", StringComparison.Ordinal)));
    }

    /// <summary>A channel whose kernel is next to nothing, as weight decay leaves them, is its bias.</summary>
    [Fact]
    public void A_bias_fits_however_small_the_kernel()
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 24, 32, 3));
        Value x = Relu.Emit(g, Convolve(g, FrameOps.Planes(g, frame), "first", 16, 3));
        float[] kernel = Values(3, 16 * 16 * 9, 0.3);
        for (int i = 0; i < 16 * 9; i++) kernel[i] *= 1e-12f;
        Value w = g.Initializer("tiny.w", kernel, new Shape(16, 16, 3, 3)), b = g.Initializer("tiny.b", Biases("tiny", 16), new Shape(16));
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(Conv.Emit(g, x, w, b, new ConvGeometry(Pad: 1)), "out")]));
        (ModelProto model, _, _) = Quantizer.Quantize(folder["m.onnx"], [Piece(0)]);
        float[] exact = Run(File.ReadAllBytes(folder["m.onnx"]), GraphOptimizationLevel.ORT_ENABLE_ALL);
        float[] integers = Run(model.ToByteArray(), GraphOptimizationLevel.ORT_ENABLE_ALL);
        float step = (exact.Max() - exact.Min()) / 255, bias = Biases("tiny", 16)[0];
        for (int i = 0; i < 24 * 32; i++) // the first channel
        {
            Assert.InRange(exact[i], bias - 1e-6f, bias + 1e-6f);
            Assert.InRange(integers[i] - bias, -step, step);
        }
    }

    /// <summary>What mobile bodies are made of: depthwise convolutions of many channels, and ReLU6, whose range integers span.</summary>
    [Fact]
    public void Depthwise_convolutions_and_clips_become_integer()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 24, 32, 3));
        Value x = Relu.Emit(g, Convolve(g, FrameOps.Planes(g, frame), "first", 16, 3));
        Value w = g.Initializer("depthwise.w", Values(9, 16 * 9, 0.3), new Shape(16, 1, 3, 3));
        Value b = g.Initializer("depthwise.b", Biases("depthwise", 16), new Shape(16));
        x = Clip.Emit(g, Conv.Emit(g, x, w, b, new ConvGeometry(Pad: 1, Group: 16)), 0, 6);
        x = Clip.Emit(g, Convolve(g, x, "second", 24, 16), 0, 6);
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(x, "out")]));
        (ModelProto model, int integer, _) = Quantizer.Quantize(folder["m.onnx"], [Piece(0)]);
        Assert.Equal(2, integer);
        int Greatest(string kernel) => model.Graph.Initializer.Single(t => t.Name == kernel + ".codes").RawData.Max(c => (sbyte)c);
        Assert.Equal((127, 63), (Greatest("depthwise.w"), Greatest("second.w"))); // its short sums fit whatever the CPU
        foreach (NodeProto clip in model.Graph.Node.Where(n => n.OpType == "Clip"))
            Assert.DoesNotContain(".back", clip.Input[0], StringComparison.Ordinal); // codes are made after it, over its range
        float[] fused = Run(model.ToByteArray(), GraphOptimizationLevel.ORT_ENABLE_ALL);
        float[] exact = Run(File.ReadAllBytes(folder["m.onnx"]), GraphOptimizationLevel.ORT_ENABLE_ALL);
        Assert.InRange(exact.Zip(fused, (a, c) => Math.Abs(a - c)).Average(), 1e-9, 0.1);
        Assert.True(exact.Max() == 6 && exact.Min() == 0, "a clip that clips nothing proves nothing");
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_model_in_integers_is_refused()
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn8s", "reslite", 3), "any", 1, folder["float.onnx"]);
        File.WriteAllBytes(folder["integers.onnx"], Quantizer.Quantize(folder["float.onnx"], Images(1)).Model.ToByteArray());
        UserError e = Assert.Throws<UserError>(() => Quantizer.Quantize(folder["integers.onnx"], Images(1)));
        Assert.Contains("8 bits already", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranges_are_means_of_extremes_and_include_zero()
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, 2, 2, 3));
        Value x = g.Rename(Elementwise.Add(g, Elementwise.Cast(g, frame, ElementType.Float), g.Constant(10f)), "above");
        Value y = g.Rename(Elementwise.Mul(g, x, g.Constant(-1f)), "below");
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(g, [x, y]));
        using Mat dark = new(2, 2, MatType.CV_8UC3, Scalar.All(0)), bright = new(2, 2, MatType.CV_8UC3, Scalar.All(100));
        IReadOnlyDictionary<string, ValueRange> ranges = Calibration.Ranges(model, ["above", "below"], [dark, bright]);
        Assert.Equal(new ValueRange(0, 60), ranges["above"]);
        Assert.Equal(new ValueRange(-60, 0), ranges["below"]);
        Assert.Equal(0, ranges["above"].Codes().Zero);
        Assert.Equal(255, ranges["below"].Codes().Zero);
    }

    /// <summary>A layer's stored biases, code × scale, against the ones that it was made with: 32 bits lose next to nothing.</summary>
    private static void BiasesAreAsTheyWere(ModelProto model, string layer)
    {
        TensorProto Stored(string end)
            => model.Graph.Initializer.Single(t => t.Name.EndsWith($".{layer}.b.{end}", StringComparison.Ordinal));
        int[] codes = [.. MemoryMarshal.Cast<byte, int>(Stored("codes").RawData.Span)];
        float[] scales = [.. MemoryMarshal.Cast<byte, float>(Stored("scale").RawData.Span)], made = Biases(layer, codes.Length);
        for (int i = 0; i < made.Length; i++) Assert.InRange(codes[i] * scales[i], made[i] - scales[i], made[i] + scales[i]);
        Assert.True(made.Max(Math.Abs) > 20 * scales.Max(), "biases of a few steps prove nothing");
    }

    /// <summary>32×24 pixels of a street.</summary>
    private static Mat Piece(int street) => new Mat(Street.Load(street).Image, new Rect(200, 150, 32, 24)).Clone();

    private static IEnumerable<Mat> Images(int count) => Enumerable.Range(0, count).Select(i => Street.Load(i).Image);

    private static Value Convolve(GraphBuilder g, Value x, string name, int channels, int from)
    {
        Value w = g.Initializer(name + ".w", Values(name.Length, channels * from * 9, 0.3), new Shape(channels, from, 3, 3));
        Value b = g.Initializer(name + ".b", Biases(name, channels), new Shape(channels));
        return Conv.Emit(g, x, w, b, new ConvGeometry(Pad: 1));
    }

    private static float[] Biases(string layer, int channels) => Values(-layer.Length, channels, 1);

    private static float[] Values(int seed, int count, double size)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
    }

    private static float[] Run(byte[] model, GraphOptimizationLevel level)
    {
        using Mat image = Piece(1);
        return Run(model, level, image);
    }

    private static unsafe float[] Run(byte[] model, GraphOptimizationLevel level, Mat image)
    {
        using SessionOptions options = new() { GraphOptimizationLevel = level };
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        long[] shape = [1, image.Height, image.Width, 3];
        using OrtValue frame = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.UInt8, shape, (nint)image.DataPointer, image.Total() * 3);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["frame"], [frame], ["out"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
