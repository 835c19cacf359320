using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Unpooling (DeconvNet paper, section 3.2.1): each value returns to the place of its maximum, all other places are zero. Switches are
/// flat over N·C·H·W, as <see cref="MaxPool"/> outputs them.
/// </summary>
public static class MaxUnpool
{
    /// <summary>x and switches [N,C,H,W] → [N,C,H·k,W·k].</summary>
    /// <exception cref="ArgumentException">The switches are not of x's shape.</exception>
    public static Value Emit(GraphBuilder g, Value x, Value switches, long k)
    {
        if (!x.Shape.Equals(switches.Shape)) throw new ArgumentException($"MaxUnpool: switches {switches} do not fit {x}");
        Shape shape = new(x.Shape[0], x.Shape[1], Shape.Map(x.Shape[2], s => s * k), Shape.Map(x.Shape[3], s => s * k));
        return g.Add("MaxUnpool", [x, switches], shape, attributes: Windows(k));
    }

    /// <summary>The same to a given shape: a size that k does not divide left pixels that no window covered.</summary>
    internal static Value To(GraphBuilder g, Value x, Value switches, long k, Shape shape)
        => g.Add("MaxUnpool", [x, switches, g.Constant(shape.ToArray())], shape, attributes: Windows(k));

    /// <summary>
    /// The same from operators that GPU providers have: a scatter over zeros of the size of <paramref name="like"/>, the tensor that
    /// was pooled. For inference only.
    /// </summary>
    public static Value EmitAsScatter(GraphBuilder g, Value x, Value switches, Value like)
    {
        Value size = Layout.ShapeOf(g, like); // [N, C, H·k, W·k]
        Value count = g.Add("ReduceProd", [size], new Shape(1), attributes: [("keepdims", 1L)]);
        Value zeros = g.Add("ConstantOfShape", [count], new Shape(Shape.Dynamic), ElementType.Float);
        Value list = g.Constant(-1L);
        Shape flat = new(Shape.Dynamic);
        Value values = g.Add("Reshape", [x, list], flat), places = g.Add("Reshape", [switches, list], flat);
        Value scattered = Scatter.Into(g, zeros, places, values);
        return g.Add("Reshape", [scattered, size], new Shape(x.Shape[0], x.Shape[1], Shape.Dynamic, Shape.Dynamic));
    }

    /// <summary>dX [N,C,H,W]: dY read at the places that the values went to.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        Value flat = Layout.Reshape(b.Graph, b.DY, new Shape(b.Y.Shape.Count));
        return [Gather.FromList(b.Graph, flat, b.Node.Inputs[1]), null];
    }

    private static (string, object)[] Windows(long k) => [("kernel_shape", new[] { k, k }), ("strides", new[] { k, k })];
}
