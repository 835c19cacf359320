using System.Runtime.InteropServices;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Per-pixel multi-class cross-entropy (FCN paper, section 3.4) with a weight for each class: L = −Σ w[y]·log p[y] / Σ w[y] over
/// the pixels whose label is below the number of classes; every other label is ignored.
/// </summary>
public static class SoftmaxCrossEntropy
{
    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W], float.</param>
    /// <param name="labels">[N,H,W], uint8.</param>
    /// <param name="classWeights">K positive weights.</param>
    /// <returns>A scalar.</returns>
    public static Value Emit(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights)
    {
        long n = logits.Shape[0], k = logits.Shape[1], h = logits.Shape[2], w = logits.Shape[3];
        if (classWeights.Count != k) throw new ArgumentException($"{classWeights.Count} class weights for {k} classes");
        return g.Composite("SoftmaxCrossEntropy", [logits, labels], () =>
        {
            Value index = Layout.Reshape(g, Elementwise.Cast(g, labels, ElementType.Int32), new Shape(n, 1, h, w));
            Value pixelWeights = g.Add("Gather", [WeightTable(g, classWeights), index], index.Shape, attributes: [("axis", 0L)]);
            Value total = Elementwise.Max(g, Reduce.SumAll(g, pixelWeights), g.Constant(1e-6f));

            Value shifted = Elementwise.Sub(g, logits, Reduce.Max(g, logits, [1]));
            Value exponentials = Elementwise.Exp(g, shifted);
            Value sum = Reduce.Sum(g, exponentials, [1], keepDims: true);
            Value known = Elementwise.Min(g, Elementwise.Cast(g, index, ElementType.Int64), g.Constant(BitConverter.GetBytes(k - 1), ElementType.Int64, Shape.Scalar));
            Value ofTruth = g.Add("GatherElements", [shifted, known], index.Shape, attributes: [("axis", 1L)]);
            Value perPixel = Elementwise.Sub(g, Elementwise.Log(g, sum), ofTruth);
            Value loss = Elementwise.Div(g, Reduce.SumAll(g, Elementwise.Mul(g, perPixel, pixelWeights)), total);
            return [loss, exponentials, sum, index, pixelWeights, total];
        })[0];
    }

    /// <summary>d logits = (softmax − one-hot)·w[y]/Σw, zero on ignored pixels.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value exponentials = b.Node.Outputs[1], sum = b.Node.Outputs[2], index = b.Node.Outputs[3];
        Value scale = Elementwise.Mul(g, b.Node.Outputs[4], Elementwise.Div(g, b.DY, b.Node.Outputs[5]));
        Value softmax = Elementwise.Mul(g, exponentials, Elementwise.Div(g, scale, sum));
        Value oneHot = Elementwise.Cast(g, Elementwise.Equal(g, index, ClassIndices(g, b.X.Shape[1])), ElementType.Float);
        return [Elementwise.Sub(g, softmax, Elementwise.Mul(g, oneHot, scale)), null];
    }

    private static Value ClassIndices(GraphBuilder g, long k)
    {
        int[] indices = [.. Enumerable.Range(0, (int)k)];
        return g.Constant(MemoryMarshal.AsBytes<int>(indices), ElementType.Int32, new Shape(1, k, 1, 1));
    }

    /// <summary>A weight for each value that a label byte can have; zero from K on.</summary>
    private static Value WeightTable(GraphBuilder g, IReadOnlyList<float> classWeights)
        => g.Constant([.. classWeights, .. new float[256 - classWeights.Count]], new Shape(256));
}
