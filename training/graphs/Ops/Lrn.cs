using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Local response normalisation across channels (Krizhevsky et al. 2012, section 3.3): y = x / s^β with s = k + α/n · Σ x² over the n
/// channels around each one.
/// </summary>
public static class Lrn
{
    /// <summary>x [N,C,H,W] → the same shape.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">Input [N,C,H,W].</param>
    /// <param name="size">n, odd.</param>
    /// <param name="alpha">α.</param>
    /// <param name="beta">β.</param>
    /// <param name="bias">k.</param>
    public static Value Emit(GraphBuilder g, Value x, long size, float alpha, float beta, float bias)
        => g.Add("LRN", [x], x.Shape, attributes: [("size", size), ("alpha", alpha), ("beta", beta), ("bias", bias)]);

    /// <summary>dX = dY·s^−β − (2αβ/n)·x·Σ dY·x·s^(−β−1), over the channels whose window contains this one.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long n = b.Node.Int("size");
        float alpha = b.Node.Float("alpha"), beta = b.Node.Float("beta"), bias = b.Node.Float("bias");
        Value squares = WindowSum(g, Elementwise.Mul(g, b.X, b.X), n); // all values are [N,C,H,W]
        Value s = Elementwise.Add(g, Elementwise.Mul(g, squares, g.Constant(alpha / n)), g.Constant(bias));
        Value power = Elementwise.Pow(g, s, g.Constant(-beta)); // s^−β
        Value inner = WindowSum(g, Elementwise.Div(g, Elementwise.Mul(g, Elementwise.Mul(g, b.DY, b.X), power), s), n);
        Value second = Elementwise.Mul(g, Elementwise.Mul(g, b.X, inner), g.Constant(2 * alpha * beta / n));
        return [Elementwise.Sub(g, Elementwise.Mul(g, b.DY, power), second)];
    }

    /// <summary>Σ over n neighbouring channels: a convolution along the channel axis with a kernel of ones.</summary>
    private static Value WindowSum(GraphBuilder g, Value x, long n)
    {
        Value plane = Layout.Reshape(g, x, new Shape(x.Shape[0], 1, x.Shape[1], x.Shape[2] * x.Shape[3])); // [N,1,C,H·W]
        Value ones = Layout.Ones(g, new Shape(1, 1, n, 1));
        Value sum = g.Add("Conv", [plane, ones], plane.Shape,
            attributes: [("kernel_shape", new[] { n, 1 }), ("pads", new[] { (n - 1) / 2, 0, n / 2, 0 })]);
        return Layout.Reshape(g, sum, x.Shape);
    }
}
