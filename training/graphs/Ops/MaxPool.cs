using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Maximum over k×k windows, with the place of each maximum: its switch.</summary>
public static class MaxPool
{
    /// <summary>Windows that do not overlap: x [N,C,H,W] → y [N,C,H/k,W/k] and switches, int64, flat over N·C·H·W.</summary>
    public static (Value Y, Value Switches) Emit(GraphBuilder g, Value x, long k) => Emit(g, x, new PoolGeometry(k, k));

    /// <summary>Any windows: x [N,C,H,W] → y [N,C,H',W'] and switches of the same shape.</summary>
    public static (Value Y, Value Switches) Emit(GraphBuilder g, Value x, PoolGeometry geo)
    {
        Shape shape = geo.Out(x.Shape);
        IReadOnlyList<Value> y = g.Add("MaxPool", [x], [(x.Type, shape), (ElementType.Int64, shape)], attributes: geo.Attributes);
        return (y[0], y[1]);
    }

    /// <summary>dX [N,C,H,W]: dY at the places of the maxima, zero elsewhere.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        PoolGeometry geo = PoolGeometry.Of(b.Node);
        Value switches = b.Node.Outputs[1];
        return [geo.Overlaps
            ? SumAtMaxima(b.Graph, b.DY, switches, b.X.Shape)
            : MaxUnpool.To(b.Graph, b.DY, switches, geo.Kernel, b.X.Shape)];
    }

    /// <summary>If windows overlap, one place may be the maximum of several: their dY are added.</summary>
    private static Value SumAtMaxima(GraphBuilder g, Value dy, Value switches, Shape x)
    {
        Shape flat = new(x.Count), given = new(dy.Shape.Count);
        Value zeros = Layout.Expand(g, g.Constant(0f), flat);
        Value sums = Scatter.Sum(g, zeros, Layout.Reshape(g, switches, given), Layout.Reshape(g, dy, given));
        return Layout.Reshape(g, sums, x);
    }
}
