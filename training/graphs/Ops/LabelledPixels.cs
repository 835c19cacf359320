using System.Runtime.InteropServices;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>The target of a per-pixel loss: the class of each pixel and its weight. Labels from K on are ignored.</summary>
internal static class LabelledPixels
{
    /// <summary>A label is one byte.</summary>
    private const int LabelValues = 256;

    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W].</param>
    /// <param name="labels">[N,H,W], uint8.</param>
    /// <param name="classWeights">K weights.</param>
    /// <returns>Labels as int32 [N,1,H,W], and the weight of each pixel, of the same shape, zero if it is ignored.</returns>
    public static (Value Index, Value Weights) Of(GraphBuilder g, Value logits, Value labels, IReadOnlyList<float> classWeights)
    {
        long n = logits.Shape[0], k = logits.Shape[1], h = logits.Shape[2], w = logits.Shape[3];
        if (classWeights.Count != k) throw new ArgumentException($"{classWeights.Count} class weights for {k} classes");
        Value index = Layout.Reshape(g, Elementwise.Cast(g, labels, ElementType.Int32), new Shape(n, 1, h, w));
        Value table = g.Constant([.. classWeights, .. new float[LabelValues - classWeights.Count]], new Shape(LabelValues));
        return (index, Gather.FromList(g, table, index));
    }

    /// <summary>1 at the label's class, else 0: int32 [N,1,H,W] → float [N,K,H,W].</summary>
    public static Value OneHot(GraphBuilder g, Value index, long classes)
    {
        int[] indices = [.. Enumerable.Range(0, (int)classes)];
        Value each = g.Constant(MemoryMarshal.AsBytes<int>(indices), ElementType.Int32, new Shape(1, classes, 1, 1));
        return Elementwise.Cast(g, Elementwise.Equal(g, index, each), ElementType.Float);
    }

    /// <summary>The sum of the weights that a mean divides by, never zero; a scalar.</summary>
    public static Value Total(GraphBuilder g, Value weights) => Elementwise.Max(g, Reduce.SumAll(g, weights), g.Constant(1e-6f));
}
