using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// L = Σ w[y]·Σ_k (p_k − [k = y])² / Σ w[y], p the softmax of the logits (Brier 1950). Its gradient has a factor p, so that a pixel
/// which is confidently wrong hardly learns: the reason to prefer cross-entropy, kept here to show it.
/// </summary>
public static class SoftmaxSquaredError
{
    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W], float.</param>
    /// <param name="labels">[N,H,W], uint8; K and above are ignored.</param>
    /// <param name="classWeights">K positive weights.</param>
    /// <returns>A scalar.</returns>
    public static Value Emit(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights)
        => g.Composite("SoftmaxSquaredError", [logits, labels], () =>
        {
            (Value index, Value weights) = LabelledPixels.Of(g, logits, labels, classWeights); // [N,1,H,W]
            Value exponentials = Elementwise.Exp(g, Elementwise.Sub(g, logits, Reduce.Max(g, logits, [1])));
            Value p = Elementwise.Div(g, exponentials, Reduce.Sum(g, exponentials, [1], keepDims: true)); // [N,K,H,W]
            Value error = Elementwise.Sub(g, p, LabelledPixels.OneHot(g, index, logits.Shape[1])); // [N,K,H,W]
            Value perPixel = Reduce.Sum(g, Elementwise.Mul(g, error, error), [1], keepDims: true); // [N,1,H,W]
            Value total = LabelledPixels.Total(g, weights);
            Value loss = Elementwise.Div(g, Reduce.SumAll(g, Elementwise.Mul(g, perPixel, weights)), total);
            return [loss, p, error, weights, total];
        })[0];

    /// <summary>d logits_k = 2·p_k·(e_k − Σ_j p_j·e_j)·w[y]/Σw with e = p − one-hot.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        IReadOnlyList<Value> forward = b.Node.Outputs;
        (Value p, Value error, Value weights, Value total) = (forward[1], forward[2], forward[3], forward[4]);
        Value scale = Elementwise.Mul(g, weights, Elementwise.Div(g, Elementwise.Mul(g, b.DY, g.Constant(2f)), total)); // [N,1,H,W]
        Value product = Elementwise.Mul(g, p, error); // [N,K,H,W]
        Value centred = Elementwise.Sub(g, product, Elementwise.Mul(g, p, Reduce.Sum(g, product, [1], keepDims: true)));
        return [Elementwise.Mul(g, centred, scale), null];
    }
}
