using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Bilinear enlargement by a whole factor, with half-pixel centres and clamped edges (PyTorch's align_corners=False).</summary>
public static class Resize
{
    /// <summary>x [N,C,H,W] → [N,C,H·factor,W·factor].</summary>
    public static Value Emit(GraphBuilder g, Value x, int factor)
    {
        if (factor == 1) return x;
        static long Up(long size, long factor) => size == Shape.Dynamic ? size : size * factor;
        Shape shape = new(x.Shape[0], x.Shape[1], Up(x.Shape[2], factor), Up(x.Shape[3], factor));
        Value roi = g.Constant([], new Shape(0)), scales = g.Constant([1, 1, factor, factor], new Shape(4));
        return g.Add("Resize", [x, roi, scales], shape, attributes: [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")]);
    }

    /// <summary>x [N,C,H,W] to a size that is known when the graph runs, [height, width]; for inference only.</summary>
    public static Value To(GraphBuilder g, Value x, Value size)
    {
        Value shape = g.Add("Shape", [x], new Shape(4), ElementType.Int64);
        Value sizes = g.Add("Concat", [g.Add("Slice", [shape, g.Constant(0L), g.Constant(2L)], new Shape(2)), size], new Shape(4), attributes: [("axis", 0L)]);
        Value roi = g.Constant([], new Shape(0)), factors = g.Constant([], new Shape(0));
        return g.Add("Resize", [x, roi, factors, sizes], new Shape(x.Shape[0], x.Shape[1], Shape.Dynamic, Shape.Dynamic), attributes: [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")]);
    }

    /// <summary>The enlargement is U_h · x · U_wᵀ with fixed matrices, so dX = U_hᵀ · dY · U_w: exact at the edges too.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long h = b.X.Shape[2], w = b.X.Shape[3], bigH = b.Y.Shape[2], bigW = b.Y.Shape[3];
        Value rows = g.Constant(Interpolation(bigH, h, transposed: true), new Shape(h, bigH));
        Value cols = g.Constant(Interpolation(bigW, w, transposed: false), new Shape(bigW, w));
        Shape half = new(b.X.Shape[0], b.X.Shape[1], h, bigW);
        return [g.Add("MatMul", [g.Add("MatMul", [rows, b.DY], half), cols], b.X.Shape)];
    }

    /// <summary>Row i of the [big, small] matrix holds the weights of the inputs that output i mixes.</summary>
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
