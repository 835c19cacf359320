using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>The operators that can be run: a row each. What a graph contains besides is named, and the CPU takes over.</summary>
internal static class Operators
{
    private const string Windowed = "kernel_shape strides pads dilations auto_pad";

    /// <summary>By their ONNX names.</summary>
    public static IReadOnlyDictionary<string, Operator> All { get; } =
        new Dictionary<string, Operator>(StringComparer.Ordinal)
        {
            ["Conv"] = new(Convolutions.Conv, 3, $"{Windowed} group"),
            ["ConvTranspose"] = new(Convolutions.Transposed, 3, $"{Windowed} group output_padding"),

            ["MaxPool"] = new(Pools.Max, 1, $"{Windowed} ceil_mode storage_order=0"),
            ["AveragePool"] = new(Pools.Average, 1, $"{Windowed} ceil_mode count_include_pad"),
            ["GlobalAveragePool"] = new(Pools.GlobalAverage, 1),
            ["MaxUnpool"] = new(Pools.Unpool, 3, "kernel_shape strides pads=0"),
            ["ScatterElements"] = new(Pools.Scatter, 3, "axis=0 reduction=none"),

            ["Resize"] = new(Windows.Resize, 4, "mode coordinate_transformation_mode nearest_mode axes antialias=0 "
                + "keep_aspect_ratio_policy=stretch cubic_coeff_a exclude_outside extrapolation_value", TakesIntegers: true),
            ["Pad"] = new(Windows.Pad, 4, "mode pads value", TakesIntegers: true),
            ["Slice"] = new(Windows.Slice, 5, "starts ends axes", TakesIntegers: true),
            ["Concat"] = new(Windows.Concat, int.MaxValue, "axis", TakesIntegers: true),
            ["Expand"] = new(Windows.Expand, 2, TakesIntegers: true),

            ["ReduceMean"] = new(Reductions.Mean, 2, "axes keepdims noop_with_empty_axes"),
            ["ReduceMax"] = new(Reductions.Max, 2, "axes keepdims noop_with_empty_axes", TakesIntegers: true),
            ["ReduceSum"] = new(Reductions.Sum, 2, "axes keepdims noop_with_empty_axes", TakesIntegers: true),
            ["ArgMax"] = new(Reductions.ArgMax, 1, "axis keepdims select_last_index", TakesIntegers: true),
            ["Softmax"] = new(Reductions.Softmax, 1, "axis"),
            ["LRN"] = new(Reductions.Lrn, 1, "alpha beta bias size"),

            ["Add"] = new(n => Elements.Binary(n, "{a} + {b}", (a, b) => a + b), 2, TakesIntegers: true),
            ["Sub"] = new(n => Elements.Binary(n, "{a} - {b}", (a, b) => a - b), 2, TakesIntegers: true),
            ["Mul"] = new(n => Elements.Binary(n, "{a} * {b}", (a, b) => a * b), 2, TakesIntegers: true),
            ["Div"] = new(Elements.Divide, 2, TakesIntegers: true),
            ["Max"] = new(n => Elements.Binary(n, "max({a}, {b})", Math.Max), 2, TakesIntegers: true),
            ["Min"] = new(n => Elements.Binary(n, "min({a}, {b})", Math.Min), 2, TakesIntegers: true),
            ["Pow"] = new(Elements.Power, 2),
            ["PRelu"] = new(n => Elements.Binary(n, "max({a}, 0.0) + {b} * min({a}, 0.0)", Rectified), 2),
            ["Mod"] = new(Elements.Mod, 2, "fmod"),
            ["Relu"] = new(n => n.Append(n.Map(0), Pointwise.Relu), 1, TakesIntegers: true),
            ["Clip"] = new(Elements.Clip, 3, "min max", TakesIntegers: true),
            ["LeakyRelu"] = new(n => Elements.Unary(n, "max(v, 0.0) + {0} * min(v, 0.0)", n.Float("alpha", 0.01f)), 1, "alpha"),
            ["Sigmoid"] = new(n => Elements.Unary(n, "1.0 / (1.0 + exp(-v))"), 1),
            ["HardSigmoid"] = new(Elements.HardSigmoid, 1, "alpha beta"),
            ["HardSwish"] = new(n => Elements.Unary(n, "v * clamp(v / 6.0 + 0.5, 0.0, 1.0)"), 1),
            ["Tanh"] = new(n => Elements.Unary(n, "tanh(v)"), 1),
            ["Exp"] = new(n => Elements.Unary(n, "exp(v)"), 1),
            ["Log"] = new(n => Elements.Unary(n, "log(v)"), 1),
            ["Sqrt"] = new(n => Elements.Unary(n, "sqrt(v)"), 1),
            ["Neg"] = new(Elements.Negate, 1, TakesIntegers: true),
            ["QuantizeLinear"] = new(Elements.Quantize, 3, "axis saturate block_size=0 output_dtype=0 precision=0"),
            ["DequantizeLinear"] = new(Elements.Dequantize, 3, "axis block_size=0 output_dtype=0", TakesIntegers: true),

            ["Cast"] = new(Layouts.Cast, 1, "to saturate", TakesIntegers: true),
            ["Identity"] = new(n => n.Bind(n[0]), 1, TakesIntegers: true),
            ["Transpose"] = new(Layouts.Transpose, 1, "perm", TakesIntegers: true),
            ["Shape"] = new(Layouts.Shape, 1, "start end", TakesIntegers: true),
            ["Gather"] = new(Layouts.Gather, 2, "axis", TakesIntegers: true),
            ["Reshape"] = new(Layouts.Reshape, 2, "allowzero=0", TakesIntegers: true),
            ["Squeeze"] = new(Layouts.Squeeze, 2, "axes", TakesIntegers: true),
            ["Unsqueeze"] = new(Layouts.Unsqueeze, 2, "axes", TakesIntegers: true),
            ["ReduceProd"] = new(Layouts.Product, 2, "axes keepdims noop_with_empty_axes=0"),
            ["ConstantOfShape"] = new(Layouts.Zeros, 1, "value"),
        };

    /// <summary>Whether a node's result is of integers in ONNX; here it is of floats all the same.</summary>
    /// <param name="node">The node.</param>
    /// <param name="readsIntegers">Whether its first operand is.</param>
    public static bool MakesIntegers(NodeProto node, bool readsIntegers) => node.OpType switch
    {
        "Cast" => !Layouts.IsFloat((ElementType)OnnxFile.Int(node, "to", 1)),
        "ArgMax" or "Shape" or "QuantizeLinear" => true,
        "DequantizeLinear" or "ConstantOfShape" => false,
        _ => readsIntegers,
    };

    private static double Rectified(double a, double slope) => Math.Max(a, 0) + (slope * Math.Min(a, 0));
}

/// <summary>An operator, and what of it can be run: a node that has anything else is refused, so that nothing is left out unseen.</summary>
/// <param name="Read">Makes steps of a node.</param>
/// <param name="Inputs">The most that it reads.</param>
/// <param name="Attributes">The names of those that it heeds; <c>name=value</c> for what it knows of that value alone.</param>
/// <param name="TakesIntegers">Whether its result is right for a map that is of integers in ONNX.</param>
internal sealed record Operator(Action<NodeReader> Read, int Inputs, string Attributes = "", bool TakesIntegers = false);
