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
    /// <param name="forward">The network's output for a frame.</param>
    /// <returns>The mean logits: of the frame's size, unless the only scale is 1, when they may be larger.</returns>
    public static Value Logits(GraphBuilder g, Value frame, IReadOnlyList<float> scales, Func<Value, NetworkOutput> forward)
    {
        if (scales is [1f]) return forward(frame).Logits(g);
        Value? sum = null;
        foreach (float scale in scales)
        {
            NetworkOutput output = forward(FrameOps.Scale(g, frame, scale));
            Value logits = FrameOps.CropPlanes(g, Enlarged(g, output, scale), frame);
            sum = sum is null ? logits : Elementwise.Add(g, sum, logits);
        }

        return Elementwise.Mul(g, sum!, g.Constant(1f / scales.Count));
    }

    /// <summary>
    /// Logits of each pixel of the frame from the scores of the scaled one, in one step: they are linear between scores and never exist
    /// at the scaled size. The edge is repeated because ⌊H·scale⌋ rows, scaled back and rounded down, may be one too few.
    /// </summary>
    private static Value Enlarged(GraphBuilder g, NetworkOutput output, float scale)
        => scale == 1 ? output.Logits(g) : Resize.ByFactor(g, FrameOps.RepeatEdge(g, output.Scores), output.Stride / scale);
}
