using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Third-party models in compute shaders, against the CPU.</summary>
public sealed class ThirdPartyShaderTests : IDisposable
{
    private const int Width = 96, Height = 64;
    private static readonly Shape AnyMap = new(1, Shape.Dynamic, Shape.Dynamic, Shape.Dynamic);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nchw", "rgb", 3, "logits")]
    [InlineData("nhwc", "rgb", 3, "logits")]
    [InlineData("nchw", "bgr", 3, "logits")]
    [InlineData("nchw", "rgb", 3, "probabilities")]
    [InlineData("nhwc", "bgr", 3, "probabilities")]
    [InlineData("nchw", "rgb", 1, "matte")]
    [InlineData("nhwc", "rgb", 1, "matte")]
    [InlineData("nchw", "rgb", 1, "mean matte")]
    [InlineData("nchw", "rgb", 1, "matte of clipped logits")]
    [InlineData("nchw", "rgb", 1, "matte of logits")]
    [InlineData("nchw", "rgb", 3, "labels")]
    [InlineData("nchw", "rgb", 3, "labels that are none")]
    public void Layouts_colours_and_kinds_of_output_are_the_CPUs(string layout, string color, int classes, string kind)
    {
        bool isNhwc = layout == "nhwc";
        GraphBuilder g = new();
        Value x = g.Input("frame", ElementType.Float, isNhwc ? new Shape(1, Height, Width, 3) : new Shape(1, 3, Height, Width));
        Value y = isNhwc ? Transposed(g, x, 0, 3, 1, 2) : x;
        y = Conv(g, y, 3, classes, 3, 2); // half of the size
        y = Ended(g, y, kind);
        if (isNhwc) y = Transposed(g, y, 0, 2, 3, 1);
        Shape shape = kind.StartsWith("labels", StringComparison.Ordinal) ? new(1, Height / 2, Width / 2)
            : isNhwc ? new(1, Height / 2, Width / 2, classes) : new(1, classes, Height / 2, Width / 2);
        ElementType type = kind.StartsWith("labels", StringComparison.Ordinal) ? ElementType.Int64 : ElementType.Float;
        Write(g, g.Add("Identity", [y], shape, type));
        ModelHints hints = new()
        {
            Color = color,
            Mean = [100, 120, 140],
            Std = [50, 60, 70],
            Output = kind == "probabilities" ? kind : null,
            Labels = classes == 3 ? ["a", "b", "c"] : null,
        };
        AssertAlike(new SegmenterOptions(Hints: hints), _folder["m.onnx"], 2);
    }

    /// <summary>As networks for portraits are exported from TensorFlow: channels last outside, squeezed and excited within.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_network_for_portraits_labels_as_on_the_CPU()
    {
        GraphBuilder g = new();
        Value image = g.Input("input", ElementType.Float, new Shape(1, Height, Width, 3));
        Value centred = Node(g, "Sub", [image, g.Constant([0.1f, 0.2f, 0.3f], new Shape(3))]);
        Value x = Swish(g, Conv(g, Transposed(g, centred, 0, 3, 1, 2), 3, 16, 3, 2));
        Value down = Swish(g, Conv(g, x, 16, 16, 3, 2, groups: 16));
        Value mean = Node(g, "GlobalAveragePool", [down]);
        Value gate = Node(g, "Sigmoid", [Conv(g, Node(g, "Relu", [Conv(g, mean, 16, 8, 1, 1)]), 8, 16, 1, 1)]);
        Value excited = Node(g, "Mul", [down, gate]);
        ReadOnlySpan<float> none = [], twice = [1, 1, 2, 2];
        Value up = g.Add("Resize", [excited, g.Constant(none, new Shape(0)), g.Constant(twice, new Shape(4))], AnyMap, attributes:
            [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")]);
        Value skip = Node(g, "PRelu", [Node(g, "Add", [up, x]), g.Constant(Ort.Spread(16, 9), new Shape(16, 1, 1))]);
        Value weights = g.Constant(Ort.Spread(16 * 4, 11), new Shape(16, 1, 2, 2));
        Value large = g.Add("ConvTranspose", [skip, weights], AnyMap, attributes:
            [("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })]);
        Value share = Transposed(g, Node(g, "Sigmoid", [large]), 0, 2, 3, 1);
        Write(g, g.Add("Identity", [share], new Shape(1, Height, Width, 1)));
        AssertAlike(new SegmenterOptions(Hints: new ModelHints { Mean = [0], Std = [255] }), _folder["m.onnx"], 2);
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("mobilenetv2-voc", 2)]
    [InlineData("mobilenet-edgetpu-cityscapes", 4)]
    public void Published_networks_label_a_street_as_on_the_CPU(string name, int least)
    {
        string file = Path.Combine(Repository.SharedData ?? "", "data/pretrained", name + ".onnx");
        Skip.IfNot(File.Exists(file), "no networks in ../shared/data/pretrained");
        ModelHints hints = new() { Mean = [128], Std = [128] };
        AssertAlike(new SegmenterOptions(Hints: hints, Size: (257, 193)), file, least);
    }

    [Fact]
    public void An_operator_that_shaders_lack_is_named_before_the_first_frame()
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Height, Width));
        Write(g, g.Add("Selu", [x], x.Shape));
        using Segmenter gl = Segmenter.Load(_folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Gl), _ => { });
        UserError e = Assert.Throws<UserError>(gl.Rehearse);
        Assert.Contains("m.onnx: the gl provider has no operator Selu", e.Message, StringComparison.Ordinal);
        Assert.Contains("--provider cpu", e.Message, StringComparison.Ordinal);
    }

    private static Value Ended(GraphBuilder g, Value y, string kind)
    {
        switch (kind)
        {
            case "probabilities":
                return g.Add("Softmax", [y], AnyMap, attributes: [("axis", 1L)]);
            case "matte":
                return Node(g, "Sigmoid", [y]);
            case "mean matte":
                return Node(g, "Mul", [Node(g, "Sigmoid", [y]), g.Constant(0.9f)]);
            case "matte of clipped logits":
                return g.Add("Clip", [y, g.Constant(-6f), g.Constant(6f)], AnyMap);
            case "labels" or "labels that are none":
                Value most = g.Add("ArgMax", [y], AnyMap, ElementType.Int64, attributes: [("axis", 1L), ("keepdims", 0L)]);
                if (kind == "labels") return most;
                Value less = g.Add("Cast", [most], AnyMap, ElementType.Float, attributes: [("to", (long)ElementType.Float)]);
                Value spread = Node(g, "Mul", [Node(g, "Sub", [less, g.Constant(1f)]), g.Constant(300f)]); // −300, 0 and 300
                return g.Add("Cast", [spread], AnyMap, ElementType.Int64, attributes: [("to", (long)ElementType.Int64)]);
            default:
                return y;
        }
    }

    private static void AssertAlike(SegmenterOptions options, string file, int least)
    {
        List<string> told = [];
        using Segmenter cpu = Segmenter.Load(file, options with { Provider = ExecutionProviders.Cpu }, _ => { });
        using Segmenter gl = Segmenter.Load(file, options with { Provider = ExecutionProviders.Gl }, told.Add);
        Assert.Contains("third-party model", Assert.Single(told), StringComparison.Ordinal);
        Assert.Equal(cpu.TakesOneSize, gl.TakesOneSize);
        Assert.Equal(cpu.Manifest.Classes, gl.Manifest.Classes);
        using Mat image = Street();
        (byte[] labels, byte[] sure) = Of(cpu, image);
        (byte[] other, byte[] certainty) = Of(gl, image);
        Assert.InRange(labels.Distinct().Count(), least, 256); // something to tell apart
        double equal = labels.Zip(other).Count(p => p.First == p.Second) / (double)labels.Length;
        double apart = sure.Zip(certainty).Average(p => Math.Abs(p.First - p.Second));
        Assert.True(equal >= 0.999 && apart < 0.5, $"{equal:P2} equal, confidence {apart:F2} apart");
    }

    /// <summary>A frame of a real street, or of the toy street where there is none.</summary>
    private static Mat Street()
    {
        if (Repository.SharedData is { } shared)
            return Cv2.ImRead(Directory.GetFiles(Path.Combine(shared, "data/camvid/val")).Order(StringComparer.Ordinal).First());
        using StreetSource street = new("synth://3", null);
        Mat image = new();
        Assert.True(street.Read(image));
        return image;
    }

    private static (byte[] Labels, byte[] Confidence) Of(Segmenter model, Mat image)
    {
        using FrameSlot slot = new();
        image.CopyTo(slot.Image);
        model.Fit(slot);
        model.Infer(slot);
        return (slot.Labels.AsSpan<byte>().ToArray(), slot.Confidence.AsSpan<byte>().ToArray());
    }

    private void Write(GraphBuilder g, Value y) => File.WriteAllBytes(_folder["m.onnx"], OnnxWriter.Write(g, [g.Rename(y, "labels")]));

    private static Value Node(GraphBuilder g, string op, IReadOnlyList<Value> inputs) => g.Add(op, inputs, AnyMap);

    private static Value Transposed(GraphBuilder g, Value x, params long[] order)
        => g.Add("Transpose", [x], AnyMap, attributes: [("perm", order)]);

    private static Value Conv(GraphBuilder g, Value x, int inputs, int outputs, int kernel, int stride, int groups = 1)
    {
        Shape dims = new(outputs, inputs / groups, kernel, kernel);
        Value weights = g.Constant(Ort.Spread(dims.Count, kernel + outputs), dims);
        Value bias = g.Constant(Ort.Spread(outputs, 5), new Shape(outputs));
        long pad = kernel / 2;
        return g.Add("Conv", [x, weights, bias], AnyMap, attributes:
        [
            ("kernel_shape", new long[] { kernel, kernel }), ("pads", new[] { pad, pad, pad, pad }),
            ("strides", new long[] { stride, stride }), ("group", (long)groups),
        ]);
    }

    private static Value Swish(GraphBuilder g, Value x)
        => Node(g, "Mul", [x, Node(g, "Div", [g.Add("Clip", [Node(g, "Add", [x, g.Constant(3f)]), g.Constant(0f), g.Constant(6f)], AnyMap),
            g.Constant(6f)])]);
}
