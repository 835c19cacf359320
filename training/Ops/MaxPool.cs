using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Where a pooling window goes: square, with padding that counts for nothing before and after.</summary>
public readonly record struct PoolGeometry(long Kernel, long Stride, long Before = 0, long After = 0)
{
    public (string, object)[] Attributes =>
        [("kernel_shape", new[] { Kernel, Kernel }), ("strides", new[] { Stride, Stride }), ("pads", new[] { Before, Before, After, After })];

    public static PoolGeometry Of(Node n) => new(n.Ints("kernel_shape")[0], n.Ints("strides")[0], n.Ints("pads")[0], n.Ints("pads")[2]);

    public bool Overlaps => Kernel != Stride || Before + After > 0;

    public Shape Out(Shape x)
    {
        (long kernel, long stride, long padding) = (Kernel, Stride, Before + After);
        long Down(long size) => size == Shape.Dynamic ? size : ((size + padding - kernel) / stride) + 1;
        return new Shape(x[0], x[1], Down(x[2]), Down(x[3]));
    }
}

/// <summary>Maximum over k×k windows, with the place of each maximum (its switch).</summary>
public static class MaxPool
{
    /// <summary>Windows that do not overlap: x [N,C,H,W] → y [N,C,H/k,W/k] and switches, int64, flat over N·C·H·W.</summary>
    public static (Value Y, Value Switches) Emit(GraphBuilder g, Value x, long k) => Emit(g, x, new PoolGeometry(k, k));

    /// <summary>Any windows.</summary>
    public static (Value Y, Value Switches) Emit(GraphBuilder g, Value x, PoolGeometry geo)
    {
        Shape shape = geo.Out(x.Shape);
        IReadOnlyList<Value> y = g.Add("MaxPool", [x], [(x.Type, shape), (ElementType.Int64, shape)], attributes: geo.Attributes);
        return (y[0], y[1]);
    }

    /// <summary>dX: dY put back where the maxima were, zero elsewhere; where windows overlap, a place may have been the maximum of several.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        PoolGeometry geo = PoolGeometry.Of(b.Node);
        GraphBuilder g = b.Graph;
        Value switches = b.Node.Outputs[1];
        if (geo.Overlaps)
        {
            Shape flat = new(b.X.Shape.Count), given = new(b.Y.Shape.Count);
            Value zeros = g.Add("Expand", [g.Constant(0f), g.Constant(flat.ToArray())], flat, ElementType.Float);
            Value sums = g.Add("ScatterElements", [zeros, Layout.Reshape(g, switches, given), Layout.Reshape(g, b.DY, given)], flat, attributes: [("axis", 0L), ("reduction", "add")]);
            return [Layout.Reshape(g, sums, b.X.Shape)];
        }

        // The shape is given, since a size that k does not divide left pixels that no window saw.
        long[] k = [geo.Kernel, geo.Kernel];
        return [g.Add("MaxUnpool", [b.DY, switches, g.Constant(b.X.Shape.ToArray())], b.X.Shape, attributes: [("kernel_shape", k), ("strides", k)])];
    }
}
