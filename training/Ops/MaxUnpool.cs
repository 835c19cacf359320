using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Unpooling (DeconvNet paper, section 3.2.1): each value goes back to the place its maximum came from, all others are zero.
/// The switches are flat over N·C·H·W, as <see cref="MaxPool"/> gives them.
/// </summary>
public static class MaxUnpool
{
    /// <summary>x and switches [N,C,H,W] → [N,C,H·k,W·k].</summary>
    public static Value Emit(GraphBuilder g, Value x, Value switches, long k)
    {
        if (!x.Shape.Equals(switches.Shape)) throw new ArgumentException($"MaxUnpool: switches {switches} do not fit {x}");
        static long Up(long size, long k) => size == Shape.Dynamic ? size : size * k;
        Shape shape = new(x.Shape[0], x.Shape[1], Up(x.Shape[2], k), Up(x.Shape[3], k));
        return g.Add("MaxUnpool", [x, switches], shape, attributes: [("kernel_shape", new[] { k, k }), ("strides", new[] { k, k })]);
    }

    /// <summary>
    /// The same from operators that GPU providers have: a scatter over zeros of the size of <paramref name="like"/>, the tensor that
    /// was pooled. For inference only.
    /// </summary>
    public static Value EmitAsScatter(GraphBuilder g, Value x, Value switches, Value like)
    {
        Value size = g.Add("Shape", [like], new Shape(4), ElementType.Int64);
        Value count = g.Add("ReduceProd", [size], new Shape(1), attributes: [("keepdims", 1L)]);
        Value zeros = g.Add("ConstantOfShape", [count], new Shape(Shape.Dynamic), ElementType.Float);
        Value list = g.Constant(-1L);
        Shape flat = new(Shape.Dynamic);
        Value values = g.Add("Reshape", [x, list], flat), places = g.Add("Reshape", [switches, list], flat);
        Value scattered = g.Add("ScatterElements", [zeros, places, values], flat, attributes: [("axis", 0L)]);
        return g.Add("Reshape", [scattered, size], new Shape(x.Shape[0], x.Shape[1], Shape.Dynamic, Shape.Dynamic));
    }

    /// <summary>dX: dY read where the values went.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value flat = Layout.Reshape(g, b.DY, new Shape(b.Y.Shape.Count));
        return [g.Add("Gather", [flat, b.Node.Inputs[1]], b.X.Shape, attributes: [("axis", 0L)]), null];
    }
}
