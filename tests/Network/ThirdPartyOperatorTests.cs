using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using Xunit;

namespace RealtimeSeg.Tests.Network;

/// <summary>
/// What the trainer never writes and others do: attributes, inputs, ranks and types of operators. Each is computed as ONNX Runtime does, or
/// refused before the first frame, with operator and node, so that the CPU takes over.
/// </summary>
public sealed class ThirdPartyOperatorTests(GlRunnerFixture fixture) : IClassFixture<GlRunnerFixture>
{
    private const ElementType Double = (ElementType)11, UInt16 = (ElementType)4;
    private const int Channels = OperatorTests.Channels;

    /// <summary>What is computed of x [1,7,H,W], by name, and the version of ONNX's operators.</summary>
    private static readonly Dictionary<string, (long Opset, Func<GraphBuilder, Value, Value> Of)> Right = new(StringComparer.Ordinal)
    {
        ["double"] = (17, (g, x) => Through(g, x, Double)),
        ["truth values"] = (17, (g, x) => Through(g, Times(g, x, 5), ElementType.Bool)),
        ["bytes"] = (17, (g, x) => Through(g, Times(g, x, 310), ElementType.UInt8)),
        ["signed bytes"] = (17, (g, x) => Through(g, Times(g, x, 310), ElementType.Int8)),
        ["known truth values"] = (17, (g, x) => Node(g, "Mul", [x, Through(g, g.Constant(0.5f), ElementType.Bool)])),
        ["known bytes"] = (17, (g, x) => Node(g, "Mul", [x, Through(g, g.Constant(260f), ElementType.UInt8)])),
        ["squares of negative numbers"] = (17, (g, x) => Node(g, "Pow", [x, g.Constant(2f)])),
        ["cubes"] = (17, (g, x) => Node(g, "Pow", [x, g.Constant(3f)])),
        ["roots"] = (17, (g, x) => Node(g, "Pow", [Node(g, "Pow", [x, g.Constant(4f)]), g.Constant(0.5f)])),
        ["negative exponents"] = (17, (g, x) => Node(g, "Pow", [Node(g, "Add", [x, g.Constant(3f)]), g.Constant(-2f)])),
        ["variance"] = (17, (g, x) =>
            Node(g, "ReduceMean", [Node(g, "Pow", [Node(g, "Sub", [x, Node(g, "ReduceMean", [x], ("axes", L(2, 3)))]), g.Constant(2f)])],
                ("axes", L(1)))),
        ["integers over a number"] = (17, (g, x) => Float(g, Integers(g, "Div", Whole(g, Times(g, x, 100)), g.Constant(7)))),
        ["a number over integers"] = (17, (g, x) =>
            Float(g, Integers(g, "Div", g.Constant(-12345), Integers(g, "Add", Whole(g, Times(g, x, 100)), g.Constant(1000))))),
        ["sizes by axes"] = (18, (g, x) => Node(g, "Resize", [x, None(g), None(g), g.Constant(30, 20)], Linear, ("axes", L(3, 2)))),
        ["scales by axes"] = (18, (g, x) =>
            Node(g, "Resize", [x, None(g), g.Constant([2, 3], new Shape(2))], Linear, ("axes", L(-2, -1)))),
        ["paddings by axes"] = (18, (g, x) => Node(g, "Pad", [x, g.Constant(1, 2, 3, 0), g.Constant(0.25f), g.Constant(3, 2)])),
        ["all paddings by axes"] = (18, (g, x) =>
            Node(g, "Pad", [x, g.Constant(0, 0, 1, 2, 0, 0, 3, 0), g.Constant(0f), g.Constant(0, 1, 3, 2)])),
        ["mean, rounded up, with pads"] = (17, (g, x) => Pool(g, "AveragePool", x, [3, 3], [2, 2], 1, ("count_include_pad", 1L))),
        ["mean, rounded up, with pads, uneven"] = (19, (g, x) => Pool(g, "AveragePool", x, [3, 4], [2, 3], 1, ("count_include_pad", 1L))),
        ["mean, rounded up"] = (17, (g, x) => Pool(g, "AveragePool", x, [3, 3], [2, 2], 0)),
        ["mean, dilated"] = (19, (g, x) => Pool(g, "AveragePool", x, [2, 2], [2, 1], 1, ("dilations", L(2, 3)))),
        ["mean of large windows"] = (17, (g, x) => Pool(g, "AveragePool", Large(g, x), [260, 250], [20, 20], 5)),
        ["mean of large windows with pads"] = (17, (g, x) =>
            Pool(g, "AveragePool", Large(g, x), [260, 250], [20, 20], 5, ("count_include_pad", 1L))),
        ["largest of large windows"] = (17, (g, x) => Pool(g, "MaxPool", Large(g, x), [250, 270], [10, 20], 9)),
        ["largest of minus infinity"] = (17, (g, x) => Pool(g, "MaxPool", Node(g, "Log", [Node(g, "Relu", [x])]), [2, 2], [1, 1], 0)),
        ["channels' largest of minus infinity"] = (17, (g, x) =>
            Node(g, "ReduceMax", [Node(g, "Log", [Node(g, "Relu", [Node(g, "Sub", [x, g.Constant(0.5f)])])])], ("axes", L(1)))),
        ["channels counted from the end"] = (17, (g, x) =>
            Node(g, "Gather", [OperatorTests.Conv(g, x, 3, [1, 1]), g.Constant(-1, -3, 1)], ("axis", 1L))),
        ["some of a shape"] = (17, SomeOfAShape),
        ["a shape of what is there and what is left"] = (17, (g, x) => Node(g, "Reshape", [x, g.Constant(0, 0, -1, 0)])),
    };

    /// <summary>What is refused, a word of the reason with it.</summary>
    private static readonly Dictionary<string, (long Opset, string Why, Func<GraphBuilder, Value, Value> Of)> Refused =
        new(StringComparer.Ordinal)
        {
            ["16 bits"] = (17, "Cast", (g, x) => Through(g, x, UInt16)),
            ["a broken exponent"] = (17, "exponent", (g, x) => Node(g, "Pow", [x, g.Constant(1.5f)])),
            ["exponents by channel"] = (17, "exponent", (g, x) => Node(g, "Pow",
                [x, g.Constant([1, 2, 3, 4, 5, 6, 7], new Shape(1, Channels, 1, 1))])),
            ["antialias"] = (18, "antialias", (g, x) => Node(g, "Resize", [x, None(g), Half(g)], Linear, ("antialias", 1L))),
            ["aspect"] = (18, "keep_aspect_ratio_policy", (g, x) => Node(g, "Resize", [x, None(g), None(g),
                g.Constant(1, Channels, 20, 60)], Linear, ("keep_aspect_ratio_policy", "not_larger"))),
            ["Resize of opset 10"] = (10, "opset", (g, x) => Node(g, "Resize", [x, Half(g)], ("mode", "nearest"))),
            ["integers between integers"] = (17, "integers", (g, x) =>
                Float(g, Integers(g, "Resize", [Whole(g, Times(g, x, 100)), None(g), Half(g)], Linear))),
            ["mean of integers"] = (17, "integers", (g, x) => Float(g, Integers(g, "ReduceMean", [Whole(g, x)], ("axes", L(1))))),
            ["Slice of channels of three dimensions"] = (17, "dimensions", (g, x) =>
                Node(g, "Slice", [Cut(g, x), g.Constant(1), g.Constant(5), g.Constant(0)])),
            ["Concat of rows"] = (17, "image", (g, x) => Node(g, "Concat", [Cut(g, x), Cut(g, x)], ("axis", 1L))),
            ["channels last"] = (17, "image", (g, x) => Node(g, "GlobalAveragePool", [Node(g, "Transpose", [x], ("perm", L(0, 2, 3, 1)))])),
            ["channels as images"] = (17, "image", (g, x) => Node(g, "MaxPool",
                [Node(g, "Unsqueeze", [Cut(g, x), g.Constant(1)])], ("kernel_shape", L(2, 2)))),
            ["reflection of more"] = (17, "reflects", (g, x) =>
                Node(g, "Pad", [x, g.Constant(0, 0, 0, 13, 0, 0, 0, 0)], ("mode", "reflect"))),
            ["an unknown attribute"] = (17, "slope", (g, x) => Node(g, "Relu", [x], ("slope", 2L))),
            ["an unknown input"] = (17, "2 inputs", (g, x) => Node(g, "GlobalAveragePool", [x, x])),
            ["codes of 16 bits"] = (21, "8 bits", (g, x) => Node(g, "DequantizeLinear",
                [g.Add("QuantizeLinear", [x, g.Constant(0.01f), g.IntegerScalar(0)], x.Shape, ElementType.Int64), g.Constant(0.01f)])),
            ["a channel that is not there"] = (17, "channels", (g, x) =>
                Node(g, "Gather", [OperatorTests.Conv(g, x, 3, [1, 1]), g.Constant(0, 1, 3)], ("axis", 1L))),
            ["an element that is not there"] = (17, "go together", (g, x) => Times(g, x, Float(g, Integers(g, "Gather",
                g.Add("Shape", [x], new Shape(4), ElementType.Int64), g.Constant(5))))),
            ["a quotient by nothing"] = (17, "no integer", (g, x) =>
                Times(g, x, Float(g, Integers(g, "Div", g.Constant(5), g.Constant(0))))),
            ["a convolution larger than its map"] = (17, "empty", (g, x) => OperatorTests.Conv(g, x, 5, [15, 15])),
            ["a pool larger than its map"] = (17, "empty", (g, x) =>
                Node(g, "MaxPool", [x], ("kernel_shape", L(11, 3)), ("strides", L(3, 3)))),
            ["a size of nothing"] = (17, "empty", (g, x) =>
                Node(g, "Resize", [x, None(g), g.Constant([1, 1, 0.01f, 1], new Shape(4))], Linear)),
            ["a size no memory has"] = (17, "go together", (g, x) =>
                Node(g, "Resize", [x, None(g), g.Constant([1, 1, 1e5f, 1e5f], new Shape(4))], Linear)),
            ["a long loop"] = (17, "drivers", LongLoop),
        };

    public static TheoryData<string> AllRight() => [.. Right.Keys];

    public static TheoryData<string> AllRefused() => [.. Refused.Keys];

    [Trait("Set", "Slow")]
    [Theory]
    [MemberData(nameof(AllRight))]
    public void What_others_write_is_computed_as_ONNX_Runtime_does(string name)
    {
        (long opset, Func<GraphBuilder, Value, Value> of) = Right[name];
        using Mat frame = OperatorTests.Noise(13, 9);
        OperatorTests.AssertAlike(fixture.Gl, OperatorTests.Model(of, opset), frame);
    }

    [Theory]
    [MemberData(nameof(AllRefused))]
    public void What_is_not_known_is_refused_with_operator_and_node(string name)
    {
        (long opset, string why, Func<GraphBuilder, Value, Value> of) = Refused[name];
        using Mat frame = OperatorTests.Noise(13, 9);
        UserError error = Assert.Throws<UserError>(() => fixture.Gl.Run(OperatorTests.Model(of, opset), frame, ["y"]));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Contains("(node ", error.Message, StringComparison.Ordinal);
        Assert.Contains("--provider cpu", error.Message, StringComparison.Ordinal);
    }

    private static Value SomeOfAShape(GraphBuilder g, Value x)
    {
        Value sides = g.Add("Shape", [x], new Shape(2), ElementType.Int64, attributes: [("start", -2L), ("end", 4L)]);
        Value sizes = Integers(g, "Concat", [g.Constant(1, Channels), Integers(g, "Mul", sides, g.Constant(2, 2))], ("axis", 0L));
        return Node(g, "Resize", [x, None(g), None(g), sizes], Linear);
    }

    /// <summary>In groups, each output channel of which adds up 2,048 input channels × 9 cells.</summary>
    private static Value LongLoop(GraphBuilder g, Value x)
    {
        Value wide = OperatorTests.Conv(g, x, 4096, [1, 1]), kernels = g.Constant(new float[2 * 2048 * 9], new Shape(2, 2048, 3, 3));
        return Node(g, "Conv", [wide, kernels], ("group", 2L));
    }

    private static (string, object) Linear => ("mode", "linear");

    private static Value Node(GraphBuilder g, string op, IReadOnlyList<Value> inputs, params (string, object)[] attributes)
        => OperatorTests.Node(g, op, inputs, attributes);

    private static Value Integers(GraphBuilder g, string op, IReadOnlyList<Value> inputs, params (string, object)[] attributes)
        => g.Add(op, inputs, OperatorTests.AnyMap, ElementType.Int64, attributes: attributes);

    private static Value Integers(GraphBuilder g, string op, params Value[] inputs) => Integers(g, op, (IReadOnlyList<Value>)inputs);

    private static Value Cast(GraphBuilder g, Value x, ElementType to)
        => g.Add("Cast", [x], x.Shape, to, attributes: [("to", (long)to)]);

    private static Value Float(GraphBuilder g, Value x) => Cast(g, x, ElementType.Float);

    private static Value Whole(GraphBuilder g, Value x) => Cast(g, x, ElementType.Int64);

    private static Value Through(GraphBuilder g, Value x, ElementType type) => Float(g, Cast(g, x, type));

    private static Value Times(GraphBuilder g, Value x, float number) => Node(g, "Mul", [x, g.Constant(number)]);

    private static Value Times(GraphBuilder g, Value x, Value number) => Node(g, "Mul", [x, number]);

    private static Value None(GraphBuilder g) => g.Constant([], new Shape(0));

    private static Value Half(GraphBuilder g) => g.Constant([1, 1, 0.5f, 0.5f], new Shape(4));

    private static long[] L(params long[] list) => list;

    /// <summary>[C,H,W]</summary>
    private static Value Cut(GraphBuilder g, Value x)
        => g.Add("Squeeze", [x, g.Constant(0)], new Shape(Channels, Shape.Dynamic, Shape.Dynamic));

    private static Value Large(GraphBuilder g, Value x)
        => Node(g, "Resize", [x, None(g), None(g), g.Constant(1, Channels, 290, 300)], Linear);

    private static Value Pool(
        GraphBuilder g, string op, Value x, long[] kernel, long[] strides, long pad, params (string, object)[] attributes)
    {
        (string, object)[] windows = [("kernel_shape", kernel), ("strides", strides), ("pads", L(pad, pad, pad, pad)), ("ceil_mode", 1L)];
        return Node(g, op, [x], [.. windows, .. attributes]);
    }
}
