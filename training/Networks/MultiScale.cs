using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// One network at several sizes of the same image, its logits averaged (DeepLab, Chen et al. 2018, section 4.1.3): the larger image
/// shows thin objects, the smaller one more of their surroundings. For inference: every size costs its own run.
/// </summary>
public static class MultiScale
{
    /// <param name="g">The graph.</param>
    /// <param name="frame">[N,H,W,3] uint8 BGR.</param>
    /// <param name="scales">Factors of the frame's size, all positive.</param>
    /// <param name="forward">frame → logits, at least of the frame's size.</param>
    /// <returns>The mean logits: of the frame's size, unless the only scale is 1.</returns>
    public static Value Logits(GraphBuilder g, Value frame, IReadOnlyList<float> scales, Func<Value, Value> forward)
    {
        if (scales is [1f]) return forward(frame);
        Value? sum = null;
        foreach (float scale in scales)
        {
            Value scaled = FrameOps.Scale(g, frame, scale);
            Value logits = FrameOps.CropPlanes(g, forward(scaled), scaled);
            if (scale != 1) logits = Resize.To(g, logits, FrameOps.Size(g, frame));
            sum = sum is null ? logits : Elementwise.Add(g, sum, logits);
        }

        return Elementwise.Mul(g, sum!, g.Constant(1f / scales.Count));
    }
}
