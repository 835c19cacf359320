using Google.Protobuf;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Each operator that a classifier's file may contain, read and converted: the logits are those of the file itself.</summary>
public sealed class ClassifierReaderTests
{
    private const int Side = 8;

    /// <summary>Between the stem's features [1,4,8,8] and the class layer.</summary>
    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> InTheMiddle = new(StringComparer.Ordinal)
    {
        ["Conv"] = (g, x) => Conv.Emit(g, x, Weights(g, "w", 6, 4, 3, 3), Weights(g, "b", 6), new ConvGeometry(Stride: 2, Pad: 1)),
        ["BatchNormalization"] = Normalized,
        ["MaxPool"] = (g, x) => MaxPool.Emit(g, x, new PoolGeometry(3, 2, 0, 1)).Y,
        ["AveragePool"] = (g, x) => AveragePool.Emit(g, x, new PoolGeometry(3, 2, 0, 1)),
        ["GlobalAveragePool"] = (g, x) => g.Add("GlobalAveragePool", [x], new Shape(1, 4, 1, 1)),
        ["ReduceMean"] = (g, x) => Reduce.Mean(g, x, [2, 3]),
        ["Gemm"] = (g, x) => MatrixProduct.Dense(g, Flat(g, x), Weights(g, "w", 6, 256), Weights(g, "b", 6)),
        ["MatMul"] = (g, x) => MatrixProduct.Emit(g, Flat(g, x), Weights(g, "w", 256, 6), new Shape(1, 6)),
        ["Add"] = (g, x) => Elementwise.Add(g, x, Convolved(g, x)),
        ["Sum"] = (g, x) => g.Add("Sum", [x, Convolved(g, x)], x.Shape),
        ["Concat"] = (g, x) => Layout.Concat(g, [x, Convolved(g, x)], 1),
        ["Mul"] = (g, x) => Elementwise.Mul(g, x, Sigmoid.Emit(g, Convolved(g, Reduce.Mean(g, x, [2, 3])))), // a gate of each channel
        ["Sub"] = (g, x) => Elementwise.Sub(g, g.Constant(2f), Elementwise.Sub(g, x, Weights(g, "mean", 1, 4, 1, 1))),
        ["Div"] = (g, x) => Elementwise.Div(g, x, Weights(g, "deviation", 4, 1, 1)),
        ["Pad"] = (g, x) => Conv.Emit(g, Layout.Pad(g, x, 0, 0, 1, 1), Weights(g, "w", 6, 4, 3, 3), null, new ConvGeometry(Stride: 2)),
        ["Clip"] = (g, x) => Clip.Emit(g, Convolved(g, x), -0.1f, 0.2f),
        ["Sigmoid"] = (g, x) => Sigmoid.Emit(g, Convolved(g, x)),
        ["HardSigmoid"] = (g, x) => HardSigmoid.Emit(g, Convolved(g, x), 2, 0.4f),
        ["HardSwish"] = (g, x) => HardSwished(g, Elementwise.Mul(g, Convolved(g, x), g.Constant(12f))),
        ["Relu"] = (g, x) => Relu.Emit(g, Convolved(g, x)),
        ["LRN"] = (g, x) => Lrn.Emit(g, x, 3, alpha: 0.5f, beta: 0.75f, bias: 1.5f),
        ["Dropout"] = (g, x) => g.Add("Dropout", [x], x.Shape),
        ["Flatten"] = (g, x) => g.Add("Flatten", [x], new Shape(1, 256)),
        ["Reshape"] = Flat,
        ["Squeeze"] = (g, x) => g.Add("Squeeze", [Reduce.Mean(g, x, [2, 3]), g.Constant(2L, 3)], new Shape(1, 4)),
        ["Unsqueeze"] = (g, x) => g.Add("Unsqueeze", [Flat(g, Reduce.Mean(g, x, [2, 3])), g.Constant(2L, 3)], new Shape(1, 4, 1, 1)),
        ["Identity"] = (g, x) => g.Add("Identity", [x], x.Shape),
        ["Cast"] = (g, x) => g.Add("Cast", [x], x.Shape, attributes: [("to", (long)ElementType.Float)]),
        ["Shape"] = ImagePooled,
        ["Slice"] = ImagePooled,
        ["Expand"] = ImagePooled,
        ["Gather"] = GatheredSize,
        ["Resize"] = (g, x) => Layout.Concat(g, [x, Resized(g, Reduce.Mean(g, x, [2, 3]), x)], 1),
    };

    /// <summary>After the class layer: no fully convolutional network needs them, so the converted one gives logits.</summary>
    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> AtTheEnd = new(StringComparer.Ordinal)
    {
        ["Softmax"] = Softmax.Emit,
        ["LogSoftmax"] = (g, x) => g.Add("LogSoftmax", [x], x.Shape, attributes: [("axis", 1L)]),
    };

    public static TheoryData<string> Operators { get; } = [.. OnnxClassifier.Operators];

    [Theory]
    [MemberData(nameof(Operators))]
    public void An_operator_is_converted_to_the_same_logits(string op)
    {
        using TemporaryFolder folder = new();
        Write(op, folder["c.onnx"]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["c.onnx"]));
        Assert.Contains(model.Graph.Node, n => n.OpType == op);

        Classifier read = OnnxClassifier.Load(folder["c.onnx"]);
        float[] expected = Run(File.ReadAllBytes(folder["c.onnx"]));
        float[] converted = Run(ClassifierGraph.Convolutional(read, read.Weights!));
        if (op == "Softmax") expected = [.. expected.Select(p => MathF.Log(p))];
        if (AtTheEnd.ContainsKey(op)) (expected, converted) = (BelowBest(expected), BelowBest(converted));
        for (int k = 0; k < expected.Length; k++) Assert.InRange(converted[k] - expected[k], -1e-4f, 1e-4f);
        Assert.True(expected.Max() - expected.Min() > 0.01, "logits that are all the same prove nothing");
    }

    [Fact]
    public void Every_operator_of_the_table_has_a_case() => Assert.Empty(Uncovered(OnnxClassifier.Operators));

    [Fact]
    public void An_operator_without_a_case_is_found()
        => Assert.Equal("Erf", Assert.Single(Uncovered([.. OnnxClassifier.Operators, "Erf"])));

    /// <summary>As opset 10 writes it.</summary>
    [Fact]
    public void Bounds_of_a_clip_may_be_attributes() => AssertSameLogits(
        (g, x) => g.Add("Clip", [Convolved(g, x)], x.Shape, attributes: [("min", -0.1f), ("max", 0.2f)]),
        model =>
        {
            model.OpsetImport[0].Version = 10;
            model.IrVersion = 5;
        });

    /// <summary>TensorFlow's SAME on 8 pixels: none before, one after; its lower form the other way round.</summary>
    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    public void Padding_may_be_automatic(string rule)
    {
        (string, object)[] Window(params (string, object)[] more)
            => [("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("auto_pad", rule), .. more];
        AssertSameLogits((g, x) => g.Add("Conv", [x, Weights(g, "w", 6, 4, 3, 3)], new Shape(1, 6, 4, 4), attributes: Window()));
        AssertSameLogits((g, x) => g.Add("MaxPool", [x], new Shape(1, 4, 4, 4), attributes: Window()));
    }

    /// <summary>Hard swish as older exporters write it, with numbers on either side.</summary>
    [Fact]
    public void Numbers_are_read_on_either_side() => AssertSameLogits((g, x) =>
    {
        Value y = Elementwise.Mul(g, g.Constant(9f), Convolved(g, x));
        Value gate = Clip.Emit(g, Elementwise.Add(g, y, g.Constant(3f)), 0, 6);
        return Elementwise.Div(g, Elementwise.Mul(g, y, gate), g.Constant(6f));
    });

    /// <summary>PyTorch's <c>x.view(x.size(0), -1)</c>: its second input is made of dimensions, its first is a layer.</summary>
    [Fact]
    public void A_reshape_may_compute_its_form() => AssertSameLogits((g, x) =>
    {
        Value first = g.Add("Gather", [Layout.ShapeOf(g, x), g.IntegerScalar(0)], Shape.Scalar, ElementType.Int64);
        Value images = g.Add("Unsqueeze", [first, g.Constant(0L)], new Shape(1), ElementType.Int64);
        return g.Add("Reshape", [x, Layout.Concat(g, [images, g.Constant(-1L)], 0)], new Shape(1, x.Shape.Count));
    });

    [Fact]
    public void Only_a_cell_can_be_enlarged()
    {
        using TemporaryFolder folder = new();
        Write((g, x) => Resized(g, x, x), end: null, folder["c.onnx"]);
        string message = Assert.Throws<UserError>(() => OnnxClassifier.Load(folder["c.onnx"])).Message;
        Assert.Contains("(Resize): only a single cell can be enlarged, to the size of another layer", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Padding_that_no_layer_takes_over_is_refused()
    {
        using TemporaryFolder folder = new();
        Write((g, x) => Relu.Emit(g, Layout.Pad(g, x, 1, 1, 1, 1)), end: null, folder["c.onnx"]);
        string message = Assert.Throws<UserError>(() => OnnxClassifier.Load(folder["c.onnx"])).Message;
        Assert.Contains("zeros are padded", message, StringComparison.Ordinal);
    }

    private static void AssertSameLogits(Func<GraphBuilder, Value, Value> middle, Action<ModelProto>? change = null)
    {
        using TemporaryFolder folder = new();
        Write(middle, end: null, folder["c.onnx"]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["c.onnx"]));
        change?.Invoke(model);
        File.WriteAllBytes(folder["c.onnx"], model.ToByteArray());
        Classifier read = OnnxClassifier.Load(folder["c.onnx"]);
        float[] expected = Run(model.ToByteArray()), converted = Run(ClassifierGraph.Convolutional(read, read.Weights!));
        for (int k = 0; k < expected.Length; k++) Assert.InRange(converted[k] - expected[k], -1e-4f, 1e-4f);
    }

    private static IEnumerable<string> Uncovered(IEnumerable<string> operators)
        => operators.Where(op => !InTheMiddle.ContainsKey(op) && !AtTheEnd.ContainsKey(op));

    private static void Write(string op, string file) => Write(InTheMiddle.GetValueOrDefault(op), AtTheEnd.GetValueOrDefault(op), file);

    private static void Write(Func<GraphBuilder, Value, Value>? middle, Func<GraphBuilder, Value, Value>? end, string file)
    {
        GraphBuilder g = new();
        Value image = g.Input("image", ElementType.Float, new Shape(1, 3, Side, Side));
        Value x = Relu.Emit(g, Conv.Emit(g, image, Weights(g, "stem", 4, 3, 3, 3), Weights(g, "stem.b", 4), new ConvGeometry(Pad: 1)));
        if (middle is not null) x = middle(g, x);
        x = Flat(g, x);
        Value logits = MatrixProduct.Dense(g, x, Weights(g, "classes", 5, x.Shape[1]), Weights(g, "classes.b", 5));
        if (end is not null) logits = end(g, logits);
        File.WriteAllBytes(file, OnnxWriter.Write(g, [logits]));
    }

    private static Value Flat(GraphBuilder g, Value x) => Layout.Reshape(g, x, new Shape(1, x.Shape.Count));

    private static Value Convolved(GraphBuilder g, Value x)
        => Conv.Emit(g, x, Weights(g, "branch", 4, 4, 3, 3), null, new ConvGeometry(Pad: 1));

    /// <summary>A mean over the image beside each cell, as DeepLab has it.</summary>
    private static Value ImagePooled(GraphBuilder g, Value x) => Layout.Concat(g, [x, Layout.Spread(g, Reduce.Mean(g, x, [2, 3]), x)], 1);

    /// <summary>The same with the size as PyTorch writes it: every dimension taken and put back by itself.</summary>
    private static Value GatheredSize(GraphBuilder g, Value x)
    {
        Value shape = Layout.ShapeOf(g, x);
        Value Dimension(long axis)
        {
            Value one = g.Add("Gather", [shape, g.IntegerScalar(axis)], Shape.Scalar, ElementType.Int64);
            return g.Add("Unsqueeze", [one, g.Constant(0L)], new Shape(1), ElementType.Int64);
        }

        Value size = Layout.Concat(g, [g.Constant(1L, 1), Dimension(2), Dimension(3)], 0);
        return Layout.Concat(g, [x, g.Add("Expand", [Reduce.Mean(g, x, [2, 3]), size], x.Shape)], 1);
    }

    /// <summary>x at the size of <paramref name="like"/>, bilinear.</summary>
    private static Value Resized(GraphBuilder g, Value x, Value like)
    {
        Value none = g.Constant([], new Shape(0));
        return g.Add("Resize", [x, none, none, Layout.ShapeOf(g, like)], like.Shape, attributes: [("mode", "linear")]);
    }

    private static Value HardSwished(GraphBuilder g, Value x) => g.Add("HardSwish", [x], x.Shape);

    private static Value Normalized(GraphBuilder g, Value x)
    {
        Value variance = g.Initializer("variance", [0.5f, 1, 2, 3], new Shape(4));
        return BatchNorm.Apply(g, x, Weights(g, "gamma", 4), Weights(g, "beta", 4), Weights(g, "mean", 4), variance);
    }

    private static Value Weights(GraphBuilder g, string name, params long[] dims)
    {
        Shape shape = new(dims);
        return g.Initializer(name, [.. Ort.Spread(shape.Count, name.Length).Select(v => v * 0.3f)], shape);
    }

    private static float[] BelowBest(float[] logits) => [.. logits.Select(v => v - logits.Max())];

    private static float[] Run(byte[] model) => Ort.OnImage(model, Ort.Spread(3 * Side * Side, 7), Side, Side).Values;
}
