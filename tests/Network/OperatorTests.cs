using System.Runtime.InteropServices;
using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using Xunit;

namespace RealtimeSeg.Tests.Network;

/// <summary>Each operator by compute shaders against ONNX Runtime, over maps of odd sizes with seven channels.</summary>
public sealed class OperatorTests(GlRunnerFixture fixture) : IClassFixture<GlRunnerFixture>
{
    internal const int Channels = 7;

    /// <summary>What 1 stands for in the codes of a map.</summary>
    private const float CodeUnit = 0.013f;

    internal static readonly Shape AnyMap = new(1, Shape.Dynamic, Shape.Dynamic, Shape.Dynamic);

    /// <summary>What is computed of x [1,7,H,W], by name.</summary>
    private static readonly Dictionary<string, Func<GraphBuilder, Value, Value>> Cases = new(StringComparer.Ordinal)
    {
        ["1×1"] = (g, x) => Conv(g, x, 5, [1, 1]),
        ["3×3"] = (g, x) => Conv(g, x, 9, [3, 3], ("pads", new long[] { 1, 1, 1, 1 })),
        ["3×3, stride 2"] = (g, x) => Conv(g, x, 12, [3, 3], ("pads", new long[] { 0, 1, 1, 0 }), ("strides", new long[] { 2, 2 })),
        ["5×2, stride 3 and 1"] = (g, x) => Conv(g, x, 3, [5, 2], ("pads", new long[] { 2, 0, 2, 1 }), ("strides", new long[] { 3, 1 })),
        ["3×3, dilated"] = (g, x) => Conv(g, x, 4, [3, 3], ("pads", new long[] { 2, 3, 2, 3 }), ("dilations", new long[] { 2, 3 })),
        ["SAME"] = (g, x) => Conv(g, x, 4, [3, 3], ("auto_pad", "SAME_UPPER"), ("strides", new long[] { 2, 2 })),
        ["depthwise"] = (g, x) => Grouped(g, x, Channels, Channels, ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 1 })),
        ["depthwise with two kernels"] = (g, x) => Grouped(g, x, 2 * Channels, Channels, ("pads", new long[] { 1, 1, 1, 1 })),
        ["groups"] = (g, x) => Grouped(g, Conv(g, x, 12, [1, 1]), 6, 3, ("pads", new long[] { 0, 1, 1, 0 })),
        ["transposed"] = (g, x) => Transposed(g, x, ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 })),
        ["transposed, uneven"] = (g, x) => Transposed(g, x, ("pads", new long[] { 0, 1, 2, 0 }), ("strides", new long[] { 3, 2 }),
            ("output_padding", new long[] { 1, 0 })),
        ["max"] = (g, x) => Node(g, "MaxPool", [x], ("kernel_shape", new long[] { 3, 2 }), ("strides", new long[] { 2, 2 }),
            ("pads", new long[] { 1, 0, 1, 1 })),
        ["max, its places unread"] = (g, x) => g.Add("MaxPool", [x], [(ElementType.Float, AnyMap), (ElementType.Int64, AnyMap)], "",
            [("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 })])[0],
        ["max, rounded up"] = (g, x) => Node(g, "MaxPool", [x], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }),
            ("ceil_mode", 1L)),
        ["mean"] = (g, x) => Node(g, "AveragePool", [x], ("kernel_shape", new long[] { 3, 3 }), ("pads", new long[] { 1, 1, 1, 1 })),
        ["mean with pads"] = (g, x) => Node(g, "AveragePool", [x], ("kernel_shape", new long[] { 3, 3 }),
            ("pads", new long[] { 1, 1, 1, 1 }), ("count_include_pad", 1L)),
        ["unpool"] = Unpool,
        ["mean of all"] = (g, x) => Node(g, "Sub", [x, Node(g, "GlobalAveragePool", [x])]),
        ["resize"] = (g, x) => Resize(g, x, "half_pixel", "linear", 2.3f, 1.7f),
        ["resize, smaller"] = (g, x) => Resize(g, x, "half_pixel", "linear", 0.4f, 0.6f),
        ["resize, corners"] = (g, x) => Resize(g, x, "align_corners", "linear", 2, 3),
        ["resize, PyTorch's"] = (g, x) => Resize(g, x, "pytorch_half_pixel", "linear", 1.5f, 2),
        ["resize, nearest"] = (g, x) => Resize(g, x, "asymmetric", "nearest", 2, 3),
        ["pad"] = (g, x) => Node(g, "Pad", [x, g.Constant(0, 0, 1, 2, 0, 0, 3, 0), g.Constant(0.25f)], ("mode", "constant")),
        ["pad, edge"] = (g, x) => Node(g, "Pad", [x, g.Constant(0, 0, 1, 2, 0, 0, 3, 5)], ("mode", "edge")),
        ["pad, reflection"] = (g, x) => Node(g, "Pad", [x, g.Constant(0, 0, 2, 1, 0, 0, 0, 3)], ("mode", "reflect")),
        ["slice"] = (g, x) => Node(g, "Slice", [x, g.Constant(1, 2), g.Constant(-1, long.MaxValue), g.Constant(2, 3)]),
        ["slice of channels"] = (g, x) => Node(g, "Slice", [x, g.Constant(3), g.Constant(6), g.Constant(1)]),
        ["concat"] = (g, x) => Node(g, "Concat", [x, Conv(g, x, 5, [1, 1]), Conv(g, x, 8, [1, 1])], ("axis", 1L)),
        ["expand"] = (g, x) => Node(g, "Add", [x, Node(g, "Expand", [Node(g, "GlobalAveragePool", [x]), g.Constant(1, Channels, 1, 1)])]),
        ["channels' largest"] = (g, x) => Node(g, "Sub", [x, Node(g, "ReduceMax", [x], ("axes", new long[] { 1 }))]),
        ["channels' sum"] = (g, x) => Node(g, "Div", [x, Node(g, "ReduceSum", [Node(g, "Exp", [x]), g.Constant(1)])]),
        ["channels' mean"] = (g, x) => Node(g, "Mul", [Node(g, "ReduceMean", [x], ("axes", new long[] { 1 })), x]),
        ["softmax"] = (g, x) => Node(g, "Softmax", [x], ("axis", 1L)),
        ["neighbouring channels"] = (g, x) => Node(g, "LRN", [x], ("size", 5L), ("alpha", 0.3f), ("beta", 0.7f), ("bias", 1.5f)),
        ["number minus map"] = (g, x) => Node(g, "Sub", [g.Constant(2f), x]),
        ["channels over map"] = (g, x) => Node(g, "Div", [x, g.Constant(Positive(Channels), new Shape(1, Channels, 1, 1))]),
        ["map over channels"] = (g, x) => Node(g, "Sub", [g.Constant(Positive(Channels), new Shape(Channels, 1, 1)), x]),
        ["two sizes"] = (g, x) =>
            Node(g, "Add", [Node(g, "GlobalAveragePool", [x]), Node(g, "ReduceMax", [x], ("axes", new long[] { 1 }))]),
        ["residual"] = (g, x) => Node(g, "Relu", [Node(g, "Add", [Conv(g, x, Channels, [1, 1]), x])]),
        ["larger and smaller"] = (g, x) => Node(g, "Min", [Node(g, "Max", [x, Conv(g, x, Channels, [1, 1])]), g.Constant(0.5f)]),
        ["activations"] = (g, x) =>
            Node(g, "Sigmoid", [Node(g, "HardSwish", [Node(g, "Tanh", [Node(g, "LeakyRelu", [x], ("alpha", 0.1f))])])]),
        ["roots"] = (g, x) => Node(g, "Log", [Node(g, "Sqrt", [Node(g, "Exp", [Node(g, "Neg", [x])])])]),
        ["clip"] = (g, x) => Node(g, "Clip", [x, g.Constant(-0.2f), g.Constant(0.3f)]),
        ["hard sigmoid"] = (g, x) => Node(g, "HardSigmoid", [x], ("alpha", 0.4f), ("beta", 0.3f)),
        ["codes"] = (g, x) => Codes(g, x),
        ["codes of constants"] = (g, x) => Codes(g, Quantised(g, Codes(g, x), [3, 3], perChannel: true), 0.05f, 0),
        ["codes, one scale"] = (g, x) => Codes(g, Quantised(g, Codes(g, x), [1, 1], perChannel: false), 0.05f, 128),
        ["codes, rectified"] = (g, x) => Codes(g, Node(g, "Relu", [Quantised(g, Codes(g, x), [1, 1], perChannel: true)]), 0.04f, 0),
        ["codes, another bias"] = (g, x) => Quantised(g, Codes(g, x), [1, 1], perChannel: true, biasUnit: 0.5f),
        ["codes, read again"] = ReadAgain,
        ["codes, read as floats twice"] = ReadAsFloatsTwice,
        ["codes, kernels reshaped"] = (g, x) => Quantised(g, Codes(g, x), [3, 3], perChannel: false, reshaped: true),
        ["codes and what they were"] = (g, x) =>
        {
            Value sums = Quantised(g, Codes(g, x), [1, 1], perChannel: true);
            return Node(g, "Sub", [Codes(g, Node(g, "Relu", [sums]), 0.05f, 0), Codes(g, sums, 0.07f, 128)]);
        },
        ["codes as floats twice"] = (g, x) =>
        {
            Value sums = Quantised(g, Codes(g, x), [1, 1], perChannel: true);
            return Node(g, "Add", [Codes(g, sums, 0.07f, 128), Node(g, "Mul", [sums, g.Constant(0.25f)])]);
        },
    };

    public static TheoryData<string, int, int> All()
    {
        TheoryData<string, int, int> all = [];
        foreach (string name in Cases.Keys)
        {
            all.Add(name, 13, 9);
            all.Add(name, 34, 21);
        }

        return all;
    }

    [Trait("Set", "Slow")]
    [Theory]
    [MemberData(nameof(All))]
    public void Operators_compute_what_ONNX_Runtime_does(string name, int width, int height)
    {
        using Mat frame = Noise(width, height);
        AssertAlike(fixture.Gl, Model(Cases[name]), frame);
    }

    /// <summary>Asserts that shaders compute what ONNX Runtime does, with operators in steps of others and by themselves.</summary>
    internal static void AssertAlike(GlRunner gl, byte[] model, Mat frame)
    {
        float[] expected = GlRunner.Expected(model, frame, ["y"])[0];
        Assert.Contains(expected, e => Math.Abs(e) > 0.01); // something to compare
        foreach (bool fuses in new[] { true, false })
        {
            float[] actual = gl.Run(model, frame, ["y"], fuses)[0];
            Assert.Equal(expected.Length, actual.Length);
            double most = expected.Where(float.IsFinite).Max(Math.Abs);
            double error = expected.Zip(actual, (e, a) => e.Equals(a) ? 0 : (double)Math.Abs(e - a)).Max();
            Assert.True(error <= 2e-5 * Math.Max(1, most), $"fused {fuses}: differs by {error:G3} of {most:G3}");
        }
    }

    [Fact]
    public void An_operator_that_cannot_be_run_is_named()
    {
        byte[] model = Model((g, x) => Node(g, "Selu", [x]));
        using Mat frame = Noise(9, 9);
        string message = Assert.Throws<UserError>(() => fixture.Gl.Run(model, frame, ["y"])).Message;
        Assert.Contains("Selu", message, StringComparison.Ordinal);
        Assert.Contains("--provider cpu", message, StringComparison.Ordinal);
    }

    /// <summary>A dispatch makes floats of codes, however many convolutions with kernels of floats read them.</summary>
    [Fact]
    public void Codes_become_floats_once()
    {
        using Mat frame = Noise(13, 9);
        fixture.Gl.Run(Model(ReadAsFloatsTwice), frame, ["y"]);
        Assert.Single(fixture.Gl.Plan.Steps, s => s.Kernel == "copy");
    }

    /// <summary>Weights and programs of one size serve another.</summary>
    [Fact]
    public void Another_size_needs_no_other_programs()
    {
        NetworkFile file = new(OnnxFile.Parse(Model(Cases["residual"]), "test.onnx"));
        using Mat small = Noise(13, 9), large = Noise(40, 30);
        fixture.Gl.Run(file, small, ["y"]);
        int programs = fixture.Gl.Programs;
        fixture.Gl.Run(file, large, ["y"]);
        Assert.Equal(programs, fixture.Gl.Programs);
    }

    /// <param name="of">What is computed of x [1,7,H,W].</param>
    /// <param name="opset">The version of ONNX's operators that it is written for.</param>
    internal static byte[] Model(Func<GraphBuilder, Value, Value> of, long opset = OnnxWriter.Opset)
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, Shape.Dynamic, Shape.Dynamic, 3));
        Value bytes = g.Add("Transpose", [frame], AnyMap, ElementType.UInt8, attributes: [("perm", new long[] { 0, 3, 1, 2 })]);
        Value numbers = g.Add("Cast", [bytes], AnyMap, ElementType.Float, attributes: [("to", (long)ElementType.Float)]);
        Value scaled = Node(g, "Div", [Node(g, "Sub", [numbers, g.Constant(128f)]), g.Constant(128f)]);
        Value y = of(g, Conv(g, scaled, Channels, [1, 1]));
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(g, [g.Rename(Node(g, "Identity", [y]), "y")]));
        model.OpsetImport[0].Version = opset;
        model.Graph.Output[0].Type.TensorType.Shape = null; // of any rank
        return model.ToByteArray();
    }

    internal static Value Node(GraphBuilder g, string op, IReadOnlyList<Value> inputs, params (string, object)[] attributes)
        => g.Add(op, inputs, AnyMap, attributes: attributes);

    internal static Value Conv(GraphBuilder g, Value x, int channels, long[] kernel, params (string, object)[] attributes)
    {
        long inputs = x.Shape[1] == Shape.Dynamic ? 3 : x.Shape[1];
        Shape dims = new(channels, inputs, kernel[0], kernel[1]);
        Value weights = g.Constant(Ort.Spread(dims.Count, 1), dims);
        Value bias = g.Constant(Ort.Spread(channels, 2), new Shape(channels));
        Shape shape = new(1, channels, Shape.Dynamic, Shape.Dynamic);
        return g.Add("Conv", [x, weights, bias], shape, attributes: [("kernel_shape", kernel), .. attributes]);
    }

    private static Value Grouped(GraphBuilder g, Value x, int channels, int groups, params (string, object)[] attributes)
    {
        long inputs = x.Shape[1] / groups;
        Value weights = g.Constant(Ort.Spread(channels * inputs * 9, 3), new Shape(channels, inputs, 3, 3));
        return Node(g, "Conv", [x, weights], [("kernel_shape", new long[] { 3, 3 }), ("group", (long)groups), .. attributes]);
    }

    private static Value Transposed(GraphBuilder g, Value x, params (string, object)[] attributes)
    {
        Value weights = g.Constant(Ort.Spread(Channels * 5 * 16, 4), new Shape(Channels, 5, 4, 4));
        return Node(g, "ConvTranspose", [x, weights], [("kernel_shape", new long[] { 4, 4 }), .. attributes]);
    }

    private static Value Resize(GraphBuilder g, Value x, string rule, string mode, float down, float across)
    {
        Value none = g.Constant([], new Shape(0)), scales = g.Constant([1, 1, down, across], new Shape(4));
        return Node(g, "Resize", [x, none, scales], ("coordinate_transformation_mode", rule), ("mode", mode), ("nearest_mode", "floor"));
    }

    /// <summary>Of even sizes, as a place that no window covers is another matter.</summary>
    private static Value Unpool(GraphBuilder g, Value x)
    {
        Value even = Resize(g, x, "half_pixel", "linear", 2, 2);
        (string, object)[] windows = [("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 })];
        IReadOnlyList<Value> pooled = g.Add("MaxPool", [even], [(ElementType.Float, AnyMap), (ElementType.Int64, AnyMap)], "", windows);
        return Node(g, "MaxUnpool", [pooled[0], pooled[1]], windows);
    }

    /// <summary>By convolutions with kernels of floats, the first of which is continued.</summary>
    private static Value ReadAsFloatsTwice(GraphBuilder g, Value x)
    {
        Value codes = Codes(g, x);
        Value Of(int seed) => Node(g, "Conv", [codes, g.Constant(Ort.Spread(5 * Channels, seed), new Shape(5, Channels, 1, 1))]);
        return Node(g, "Add", [Node(g, "Relu", [Of(1)]), Of(2)]);
    }

    /// <summary>Of codes that others read as well: in sums on either side, as what a mean is taken of, and as they are.</summary>
    private static Value ReadAgain(GraphBuilder g, Value x)
    {
        Value codes = Codes(g, x), others = Codes(g, Quantised(g, codes, [1, 1], perChannel: true), 0.05f, 120);
        Value sums = Node(g, "Add", [Node(g, "Sub", [codes, others]), Node(g, "GlobalAveragePool", [codes])]);
        return Node(g, "Add", [sums, Node(g, "Mul", [g.Constant(0.5f), codes])]);
    }

    /// <summary>A convolution of codes with seven channels in a quantised graph's form.</summary>
    private static Value Quantised(
        GraphBuilder g, Value x, long[] kernel, bool perChannel, float biasUnit = 1, bool reshaped = false)
    {
        Shape dims = new(Channels, Channels, kernel[0], kernel[1]), list = perChannel ? new Shape(Channels) : Shape.Scalar;
        float[] scales = [.. Enumerable.Range(0, perChannel ? Channels : 1).Select(i => 0.002f + (0.0007f * i))];
        byte[] weights = [.. Enumerable.Range(0, (int)dims.Count).Select(i => unchecked((byte)(sbyte)((i * 37 % 127) - 63)))];
        int[] biases = [.. Enumerable.Range(0, Channels).Select(i => (i * 911 % 2000) - 1000)];
        Value none = g.Constant(new byte[scales.Length], ElementType.Int8, list);
        (string, object) axis = ("axis", 0L);
        Shape stored = reshaped ? new Shape(1, Channels * Channels, kernel[0], kernel[1]) : dims;
        Value w = Node(g, "DequantizeLinear", [g.Constant(weights, ElementType.Int8, stored), g.Constant(scales, list), none], axis);
        if (reshaped) w = Node(g, "Reshape", [w, g.Constant(Channels, Channels, kernel[0], kernel[1])]);
        float[] units = [.. Enumerable.Range(0, Channels).Select(i => scales[perChannel ? i : 0] * CodeUnit * biasUnit)];
        Value codes = g.Constant(MemoryMarshal.AsBytes<int>(biases), ElementType.Int32, new Shape(Channels));
        Value bias = Node(g, "DequantizeLinear", [codes, g.Constant(units, new Shape(Channels))], axis);
        long pad = kernel[0] / 2;
        Shape shape = new(1, Channels, Shape.Dynamic, Shape.Dynamic);
        return g.Add("Conv", [x, w, bias], shape, attributes: [("kernel_shape", kernel), ("pads", new long[] { pad, pad, pad, pad })]);
    }

    private static Value Codes(GraphBuilder g, Value x, float unit = CodeUnit, byte zeroCode = 100)
    {
        Value scale = g.Constant(unit), zero = g.Constant([zeroCode], ElementType.UInt8, Shape.Scalar);
        Value codes = g.Add("QuantizeLinear", [x, scale, zero], AnyMap, ElementType.UInt8);
        return g.Add("DequantizeLinear", [codes, scale, zero], AnyMap, ElementType.Float);
    }

    private static float[] Positive(int count) => [.. Enumerable.Range(1, count).Select(i => 0.3f * i)];

    internal static Mat Noise(int width, int height)
    {
        Mat frame = new(height, width, MatType.CV_8UC3);
        new Random(width).NextBytes(frame.AsSpan<byte>());
        return frame;
    }
}
