using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): y = x / s^β with s = k + α/n · Σ x² over the n
/// channels around each one.
/// </summary>
public static class Lrn
{
    /// <summary>x [N,C,H,W] → the same shape.</summary>
    public static Value Emit(GraphBuilder g, Value x, long size, float alpha, float beta, float bias)
        => g.Add("LRN", [x], x.Shape, attributes: [("size", size), ("alpha", alpha), ("beta", beta), ("bias", bias)]);

    /// <summary>dX = dY·s^−β − (2αβ/n)·x·Σ dY·x·s^(−β−1), the sum over the channels whose window holds this one.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long size = b.Node.Int("size");
        float alpha = (float)b.Node.Attributes["alpha"], beta = (float)b.Node.Attributes["beta"], bias = (float)b.Node.Attributes["bias"];
        Value s = Elementwise.Add(g, Elementwise.Mul(g, WindowSum(g, Elementwise.Mul(g, b.X, b.X), size), g.Constant(alpha / size)), g.Constant(bias));
        Value power = g.Add("Pow", [s, g.Constant(-beta)], s.Shape);
        Value inner = WindowSum(g, Elementwise.Div(g, Elementwise.Mul(g, Elementwise.Mul(g, b.DY, b.X), power), s), size);
        Value second = Elementwise.Mul(g, Elementwise.Mul(g, b.X, inner), g.Constant(2 * alpha * beta / size));
        return [Elementwise.Sub(g, Elementwise.Mul(g, b.DY, power), second)];
    }

    /// <summary>Σ over n neighbouring channels: a convolution along the channel axis with a kernel of ones.</summary>
    private static Value WindowSum(GraphBuilder g, Value x, long size)
    {
        long n = x.Shape[0], c = x.Shape[1], area = x.Shape[2] * x.Shape[3];
        Value plane = Layout.Reshape(g, x, new Shape(n, 1, c, area));
        float[] ones = new float[size];
        ones.AsSpan().Fill(1);
        Value sum = g.Add("Conv", [plane, g.Constant(ones, new Shape(1, 1, size, 1))], plane.Shape,
            attributes: [("kernel_shape", new[] { size, 1 }), ("pads", new[] { (size - 1) / 2, 0, size / 2, 0 })]);
        return Layout.Reshape(g, sum, x.Shape);
    }
}
