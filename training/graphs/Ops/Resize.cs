using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Bilinear resizing with half-pixel centres and clamped edges (PyTorch's align_corners=False).</summary>
public static class Resize
{
    private static readonly (string, object)[] Bilinear = [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")];

    /// <summary>Enlargement by a whole factor: x [N,C,H,W] → [N,C,H·factor,W·factor].</summary>
    public static Value Emit(GraphBuilder g, Value x, int factor)
    {
        if (factor == 1) return x;
        long Up(long size) => Shape.Map(size, s => s * factor);
        return ByFactors(g, x, [1, 1, factor, factor], new Shape(x.Shape[0], x.Shape[1], Up(x.Shape[2]), Up(x.Shape[3])));
    }

    /// <summary>A tensor of rank 4, each axis by its own factor; scaled sizes are known when the graph runs. For inference only.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">Of any type; the result is float.</param>
    /// <param name="factors">Four.</param>
    internal static Value ByFactors(GraphBuilder g, Value x, float[] factors)
        => ByFactors(g, x, factors, new Shape([.. factors.Select((f, axis) => f == 1 ? x.Shape[axis] : Shape.Dynamic)]));

    /// <summary>x [N,C,H,W] → [N,C,⌊H·factor⌋,⌊W·factor⌋]. For inference only.</summary>
    public static Value ByFactor(GraphBuilder g, Value x, float factor) => ByFactors(g, x, [1, 1, factor, factor]);

    /// <summary>The enlargement is U_h · x · U_wᵀ with fixed matrices, so dX = U_hᵀ · dY · U_w: exact at the edges too.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long h = b.X.Shape[2], w = b.X.Shape[3], bigH = b.Y.Shape[2], bigW = b.Y.Shape[3];
        Value rows = g.Constant(Interpolation(bigH, h, transposed: true), new Shape(h, bigH)); // U_hᵀ
        Value columns = g.Constant(Interpolation(bigW, w, transposed: false), new Shape(bigW, w)); // U_w
        Value half = MatrixProduct.Emit(g, rows, b.DY, new Shape(b.X.Shape[0], b.X.Shape[1], h, bigW));
        return [MatrixProduct.Emit(g, half, columns, b.X.Shape)];
    }

    private static Value ByFactors(GraphBuilder g, Value x, float[] factors, Shape shape)
    {
        Value roi = g.Constant([], new Shape(0)), scales = g.Constant(factors, new Shape(4));
        return g.Add("Resize", [Elementwise.Cast(g, x, ElementType.Float), roi, scales], shape, attributes: Bilinear);
    }

    /// <summary>Row i of the [big, small] matrix has the weights of the inputs that output i mixes.</summary>
    private static float[] Interpolation(long big, long small, bool transposed)
    {
        float[] u = new float[big * small];
        for (long i = 0; i < big; i++)
        {
            float at = Math.Max(0, ((i + 0.5f) * small / big) - 0.5f);
            long low = Math.Min((long)at, small - 1), high = Math.Min(low + 1, small - 1);
            float mix = Math.Min(at - low, 1);
            u[transposed ? (low * big) + i : (i * small) + low] += 1 - mix;
            u[transposed ? (high * big) + i : (i * small) + high] += mix;
        }

        return u;
    }
}
