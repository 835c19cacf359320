using System.Runtime.InteropServices;
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
    /// <summary>Hard pixels are those whose label gets less than this probability (Wu et al. 2016, "High-performance semantic segmentation").</summary>
    private const float EasyFrom = 0.7f;

    /// <summary>Where fewer than this share of the labelled pixels is hard, all count: late in training a step would otherwise rest on noise.</summary>
    private const float FewestHard = 1 / 16f;

    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W], float.</param>
    /// <param name="labels">[N,H,W], uint8.</param>
    /// <param name="classWeights">K positive weights.</param>
    /// <param name="hardOnly">Online hard example mining: only pixels that are not yet easy count.</param>
    /// <param name="smoothing">ε, from 0 to below 1.</param>
    /// <returns>A scalar.</returns>
    public static Value Emit(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights, bool hardOnly = false, float smoothing = 0)
    {
        long k = logits.Shape[1];
        return g.Composite("SoftmaxCrossEntropy", [logits, labels], () =>
        {
            (Value index, Value pixelWeights) = PixelWeights(g, logits, labels, classWeights);
            Value shifted = Elementwise.Sub(g, logits, Reduce.Max(g, logits, [1]));
            Value exponentials = Elementwise.Exp(g, shifted);
            Value sum = Reduce.Sum(g, exponentials, [1], keepDims: true);
            Value known = Elementwise.Min(g, Elementwise.Cast(g, index, ElementType.Int64), g.Constant(BitConverter.GetBytes(k - 1), ElementType.Int64, Shape.Scalar));
            Value ofTruth = g.Add("GatherElements", [shifted, known], index.Shape, attributes: [("axis", 1L)]);
            Value logSum = Elementwise.Log(g, sum);
            if (hardOnly) pixelWeights = HardOnly(g, Elementwise.Sub(g, logSum, ofTruth), pixelWeights);
            if (smoothing > 0)
            {
                Value even = Elementwise.Mul(g, Reduce.Sum(g, shifted, [1], keepDims: true), g.Constant(smoothing / k));
                ofTruth = Elementwise.Add(g, Elementwise.Mul(g, ofTruth, g.Constant(1 - smoothing)), even);
            }

            Value perPixel = Elementwise.Sub(g, logSum, ofTruth);
            Value total = Total(g, pixelWeights);
            Value loss = Elementwise.Div(g, Reduce.SumAll(g, Elementwise.Mul(g, perPixel, pixelWeights)), total);
            return [loss, exponentials, sum, index, pixelWeights, total];
        }, ("smoothing", smoothing))[0];
    }

    /// <summary>d logits = (softmax − q)·w[y]/Σw, zero on ignored pixels; which pixels are hard counts as given.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value exponentials = b.Node.Outputs[1], sum = b.Node.Outputs[2], index = b.Node.Outputs[3];
        float smoothing = (float)b.Node.Attributes["smoothing"];
        Value scale = Elementwise.Mul(g, b.Node.Outputs[4], Elementwise.Div(g, b.DY, b.Node.Outputs[5]));
        Value softmax = Elementwise.Mul(g, exponentials, Elementwise.Div(g, scale, sum));
        Value target = OneHot(g, index, b.X.Shape[1]);
        if (smoothing > 0) target = Elementwise.Add(g, Elementwise.Mul(g, target, g.Constant(1 - smoothing)), g.Constant(smoothing / b.X.Shape[1]));
        return [Elementwise.Sub(g, softmax, Elementwise.Mul(g, target, scale)), null];
    }

    /// <summary>Labels as [N,1,H,W] int32, and the weight of each pixel, zero where it is ignored.</summary>
    internal static (Value Index, Value Weights) PixelWeights(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights)
    {
        long n = logits.Shape[0], k = logits.Shape[1], h = logits.Shape[2], w = logits.Shape[3];
        if (classWeights.Count != k) throw new ArgumentException($"{classWeights.Count} class weights for {k} classes");
        Value index = Layout.Reshape(g, Elementwise.Cast(g, labels, ElementType.Int32), new Shape(n, 1, h, w));
        Value table = g.Constant([.. classWeights, .. new float[256 - classWeights.Count]], new Shape(256)); // one for each value of a byte
        return (index, g.Add("Gather", [table, index], index.Shape, ElementType.Float, attributes: [("axis", 0L)]));
    }

    /// <summary>1 where index is the class, else 0: [N,1,H,W] → [N,K,H,W].</summary>
    internal static Value OneHot(GraphBuilder g, Value index, long classes)
    {
        int[] indices = [.. Enumerable.Range(0, (int)classes)];
        Value each = g.Constant(MemoryMarshal.AsBytes<int>(indices), ElementType.Int32, new Shape(1, classes, 1, 1));
        return Elementwise.Cast(g, Elementwise.Equal(g, index, each), ElementType.Float);
    }

    /// <summary>The sum that a mean divides by, never zero.</summary>
    internal static Value Total(GraphBuilder g, Value pixelWeights) => Elementwise.Max(g, Reduce.SumAll(g, pixelWeights), g.Constant(1e-6f));

    private static Value HardOnly(GraphBuilder g, Value perPixel, Value pixelWeights)
    {
        Value hard = Elementwise.Less(g, g.Constant(-MathF.Log(EasyFrom)), perPixel);
        Value kept = Elementwise.Mul(g, pixelWeights, Elementwise.Cast(g, hard, ElementType.Float));
        Value few = Elementwise.Less(g, Reduce.SumAll(g, kept), Elementwise.Mul(g, Reduce.SumAll(g, pixelWeights), g.Constant(FewestHard)));
        return Elementwise.Where(g, few, pixelWeights, kept);
    }
}
