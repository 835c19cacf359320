using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>The end of every exported model: labels and confidence, cropped to the frame that <see cref="FrameInput"/> padded.</summary>
public static class ClassDecision
{
    /// <summary>
    /// Logits [N,K,H',W'] → labels and confidence, both uint8 [N,H,W]: the class with the largest logit, and its softmax probability in
    /// 0–255.
    /// </summary>
    public static (Value Labels, Value Confidence) Decide(GraphBuilder g, Value logits, Value frame)
    {
        using IDisposable scope = g.Scope("decide");
        Value winner = Reduce.ArgMax(g, logits); // [N,H',W']
        Value best = Reduce.Max(g, logits, [1]); // [N,1,H',W']
        Value rivals = Reduce.Sum(g, Elementwise.Exp(g, Elementwise.Sub(g, logits, best)), [1], keepDims: false); // 1/p [N,H',W']
        Value confidence = Elementwise.Add(g, Elementwise.Div(g, g.Constant(255f), rivals), g.Constant(0.5f));
        Value labels = FrameOps.CropMap(g, Elementwise.Cast(g, winner, ElementType.UInt8), frame);
        return (labels, FrameOps.CropMap(g, Elementwise.Cast(g, confidence, ElementType.UInt8), frame));
    }
}
