using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Maximum over k×k windows that do not overlap (stride = k), with the place of each maximum (its switch).</summary>
public static class MaxPool
{
    /// <summary>x [N,C,H,W] → y [N,C,H/k,W/k] and switches, int64, flat over N·C·H·W.</summary>
    public static (Value Y, Value Switches) Emit(GraphBuilder g, Value x, long k)
    {
        static long Down(long size, long k) => size == Shape.Dynamic ? size : size / k;
        Shape shape = new(x.Shape[0], x.Shape[1], Down(x.Shape[2], k), Down(x.Shape[3], k));
        IReadOnlyList<Value> y = g.Add("MaxPool", [x], [(x.Type, shape), (ElementType.Int64, shape)], attributes: [("kernel_shape", new[] { k, k }), ("strides", new[] { k, k })]);
        return (y[0], y[1]);
    }

    /// <summary>dX: dY put back where the maxima were, zero elsewhere.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        long[] k = b.Node.Ints("kernel_shape");
        GraphBuilder g = b.Graph;
        // The shape is given, since a size that k does not divide left pixels that no window saw.
        return [g.Add("MaxUnpool", [b.DY, b.Node.Outputs[1], g.Constant(b.X.Shape.ToArray())], b.X.Shape, attributes: [("kernel_shape", k), ("strides", k)])];
    }
}
