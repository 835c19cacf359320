using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Networks;

/// <summary>
/// One network at several sizes of the same picture, its scores averaged (DeepLab, Chen et al. 2018, section 4.1.3): the larger picture
/// finds what is thin, the smaller one sees more around it. For inference: every size costs its own run.
/// </summary>
public static class MultiScale
{
    /// <param name="g">The graph.</param>
    /// <param name="frame">[N,H,W,3] uint8 BGR.</param>
    /// <param name="scales">Factors of the frame's size, all positive.</param>
    /// <param name="forward">frame → logits, at least of the frame's size.</param>
    /// <returns>The mean logits, of the frame's size where there are several scales.</returns>
    public static Value Logits(GraphBuilder g, Value frame, IReadOnlyList<float> scales, Func<Value, Value> forward)
    {
        if (scales is [1f]) return forward(frame);
        Value? sum = null;
        foreach (float scale in scales)
        {
            Value seen = Scaled(g, frame, scale);
            Value logits = ClassDecision.CropScores(g, forward(seen), seen);
            if (scale != 1) logits = Resize.To(g, logits, FrameInput.Size(g, frame));
            sum = sum is null ? logits : Elementwise.Add(g, sum, logits);
        }

        return Elementwise.Mul(g, sum!, g.Constant(1f / scales.Count));
    }

    private static Value Scaled(GraphBuilder g, Value frame, float scale)
    {
        if (scale == 1) return frame;
        Shape shape = new(frame.Shape[0], Shape.Dynamic, Shape.Dynamic, 3);
        Value roi = g.Constant([], new Shape(0)), factors = g.Constant([1, scale, scale, 1], new Shape(4));
        Value resized = g.Add("Resize", [Elementwise.Cast(g, frame, ElementType.Float), roi, factors], shape, attributes: [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")]);
        return Elementwise.Cast(g, Elementwise.Add(g, resized, g.Constant(0.5f)), ElementType.UInt8);
    }
}
