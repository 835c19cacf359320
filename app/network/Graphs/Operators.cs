using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>The operators that can be run: a row each. What a graph contains besides is named, and the CPU takes over.</summary>
internal static class Operators
{
    /// <summary>By their ONNX names.</summary>
    public static IReadOnlyDictionary<string, Action<NodeReader>> All { get; } =
        new Dictionary<string, Action<NodeReader>>(StringComparer.Ordinal)
        {
            ["Conv"] = Convolutions.Conv,
            ["ConvTranspose"] = Convolutions.Transposed,

            ["MaxPool"] = Pools.Max,
            ["AveragePool"] = Pools.Average,
            ["GlobalAveragePool"] = Pools.GlobalAverage,
            ["MaxUnpool"] = Pools.Unpool,
            ["ScatterElements"] = Pools.Scatter,

            ["Resize"] = Windows.Resize,
            ["Pad"] = Windows.Pad,
            ["Slice"] = Windows.Slice,
            ["Concat"] = Windows.Concat,
            ["Expand"] = Windows.Expand,

            ["ReduceMean"] = Reductions.Mean,
            ["ReduceMax"] = Reductions.Max,
            ["ReduceSum"] = Reductions.Sum,
            ["ArgMax"] = Reductions.ArgMax,
            ["Softmax"] = Reductions.Softmax,
            ["LRN"] = Reductions.Lrn,

            ["Add"] = n => Elements.Binary(n, "{a} + {b}", (a, b) => a + b),
            ["Sub"] = n => Elements.Binary(n, "{a} - {b}", (a, b) => a - b),
            ["Mul"] = n => Elements.Binary(n, "{a} * {b}", (a, b) => a * b),
            ["Div"] = n => Elements.Binary(n, "{a} / {b}", (a, b) => a / b),
            ["Max"] = n => Elements.Binary(n, "max({a}, {b})", Math.Max),
            ["Min"] = n => Elements.Binary(n, "min({a}, {b})", Math.Min),
            ["Pow"] = n => Elements.Binary(n, "pow({a}, {b})", Math.Pow),
            ["PRelu"] = n => Elements.Binary(n, "max({a}, 0.0) + {b} * min({a}, 0.0)", (a, b) => Math.Max(a, 0) + (b * Math.Min(a, 0))),
            ["Mod"] = Elements.Mod,
            ["Relu"] = n => n.Append(n.Map(0), Pointwise.Relu),
            ["Clip"] = Elements.Clip,
            ["LeakyRelu"] = n => Elements.Unary(n, "max(v, 0.0) + {0} * min(v, 0.0)", n.Float("alpha", 0.01f)),
            ["Sigmoid"] = n => Elements.Unary(n, "1.0 / (1.0 + exp(-v))"),
            ["HardSigmoid"] = n => Elements.Unary(n, "clamp({0} * v + {1}, 0.0, 1.0)", n.Float("alpha", 0.2f), n.Float("beta", 0.5f)),
            ["HardSwish"] = n => Elements.Unary(n, "v * clamp(v / 6.0 + 0.5, 0.0, 1.0)"),
            ["Tanh"] = n => Elements.Unary(n, "tanh(v)"),
            ["Exp"] = n => Elements.Unary(n, "exp(v)"),
            ["Log"] = n => Elements.Unary(n, "log(v)"),
            ["Sqrt"] = n => Elements.Unary(n, "sqrt(v)"),
            ["Neg"] = Elements.Negate,
            ["QuantizeLinear"] = Elements.Quantize,
            ["DequantizeLinear"] = Elements.Dequantize,

            ["Cast"] = Layouts.Cast,
            ["Identity"] = n => n.Bind(n[0]),
            ["Transpose"] = Layouts.Transpose,
            ["Shape"] = Layouts.Shape,
            ["Gather"] = Layouts.Gather,
            ["Reshape"] = Layouts.Reshape,
            ["Squeeze"] = Layouts.Squeeze,
            ["Unsqueeze"] = Layouts.Unsqueeze,
            ["ReduceProd"] = Layouts.Product,
            ["ConstantOfShape"] = Layouts.Zeros,
        };
}
