using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Per-pixel multi-class cross-entropy (FCN paper, section 3.4) with a weight for each class: L = −Σ w[y]·Σ q·log p / Σ w[y] over
/// the pixels whose label is below the number of classes; every other label is ignored. The target q is 1 at the label, or with
/// smoothing ε, 1 − ε there and ε/K everywhere more (Szegedy et al. 2016, section 7).
/// </summary>
public static class SoftmaxCrossEntropy
{
    /// <summary>A pixel is hard below this probability of its label (Wu et al. 2016, "High-performance semantic segmentation").</summary>
    private const float EasyFrom = 0.7f;

    /// <summary>If a smaller share of the labelled pixels is hard, all count: a late step would otherwise rest on noise.</summary>
    private const float FewestHard = 1 / 16f;

    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W], float.</param>
    /// <param name="labels">[N,H,W], uint8.</param>
    /// <param name="classWeights">K positive weights.</param>
    /// <param name="hardOnly">Online hard example mining: only pixels that are not yet easy count.</param>
    /// <param name="smoothing">ε, from 0 to below 1.</param>
    /// <returns>A scalar.</returns>
    public static Value Emit(
        GraphBuilder g,
        Value logits,
        Value labels,
        IReadOnlyList<float> classWeights,
        bool hardOnly = false,
        float smoothing = 0)
    {
        long k = logits.Shape[1];
        return g.Composite("SoftmaxCrossEntropy", [logits, labels], () =>
        {
            (Value index, Value weights) = LabelledPixels.Of(g, logits, labels, classWeights); // [N,1,H,W], as all per-pixel values
            Value shifted = Elementwise.Sub(g, logits, Reduce.Max(g, logits, [1])); // [N,K,H,W]
            Value exponentials = Elementwise.Exp(g, shifted); // [N,K,H,W]
            Value sum = Reduce.Sum(g, exponentials, [1], keepDims: true);
            Value known = Elementwise.Min(g, Elementwise.Cast(g, index, ElementType.Int64), g.IntegerScalar(k - 1));
            Value ofTruth = Gather.Channel(g, shifted, known);
            Value logSum = Elementwise.Log(g, sum);
            if (hardOnly) weights = HardOnly(g, Elementwise.Sub(g, logSum, ofTruth), weights);
            if (smoothing > 0) ofTruth = Smoothed(g, ofTruth, shifted, smoothing);

            Value perPixel = Elementwise.Sub(g, logSum, ofTruth); // −Σ q·log p
            Value total = LabelledPixels.Total(g, weights);
            Value loss = Elementwise.Div(g, Reduce.SumAll(g, Elementwise.Mul(g, perPixel, weights)), total);
            return [loss, exponentials, sum, index, weights, total];
        }, ("smoothing", smoothing))[0];
    }

    /// <summary>d logits = (softmax − q)·w[y]/Σw, zero on ignored pixels; which pixels are hard counts as given.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        IReadOnlyList<Value> forward = b.Node.Outputs;
        (Value exponentials, Value sum, Value index) = (forward[1], forward[2], forward[3]);
        (Value weights, Value total) = (forward[4], forward[5]);
        long k = b.X.Shape[1];
        float smoothing = b.Node.Float("smoothing");
        Value scale = Elementwise.Mul(g, weights, Elementwise.Div(g, b.DY, total)); // [N,1,H,W]
        Value softmax = Elementwise.Mul(g, exponentials, Elementwise.Div(g, scale, sum)); // scaled, [N,K,H,W]
        Value target = LabelledPixels.OneHot(g, index, k); // [N,K,H,W]
        if (smoothing > 0) target = Elementwise.Add(g, Elementwise.Mul(g, target, g.Constant(1 - smoothing)), g.Constant(smoothing / k));
        return [Elementwise.Sub(g, softmax, Elementwise.Mul(g, target, scale)), null];
    }

    /// <summary>The mean of the shifted logits under the smoothed target instead of the label's own.</summary>
    private static Value Smoothed(GraphBuilder g, Value ofTruth, Value shifted, float smoothing)
    {
        Value even = Elementwise.Mul(g, Reduce.Sum(g, shifted, [1], keepDims: true), g.Constant(smoothing / shifted.Shape[1]));
        return Elementwise.Add(g, Elementwise.Mul(g, ofTruth, g.Constant(1 - smoothing)), even);
    }

    /// <summary>The weights with those of easy pixels set to zero, unless hardly any pixel is hard.</summary>
    private static Value HardOnly(GraphBuilder g, Value perPixel, Value weights)
    {
        Value hard = Elementwise.Less(g, g.Constant(-MathF.Log(EasyFrom)), perPixel);
        Value kept = Elementwise.Mul(g, weights, Elementwise.Cast(g, hard, ElementType.Float));
        Value few = Elementwise.Less(g, Reduce.SumAll(g, kept), Elementwise.Mul(g, Reduce.SumAll(g, weights), g.Constant(FewestHard)));
        return Elementwise.Where(g, few, weights, kept);
    }
}
