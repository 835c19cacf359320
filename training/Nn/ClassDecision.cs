using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>From scores to what a model outputs: labels and confidence, cropped to the frame that <see cref="FrameInput"/> padded.</summary>
public static class ClassDecision
{
    /// <summary>
    /// Scores [N,K,H',W'] → labels and confidence, both uint8 [N,H,W]: the class that wins and its softmax probability in 0–255,
    /// cropped to the frame.
    /// </summary>
    public static (Value Labels, Value Confidence) Decide(GraphBuilder g, Value logits, Value frame)
    {
        using IDisposable scope = g.Scope("decide");
        Shape planes = new(logits.Shape[0], logits.Shape[2], logits.Shape[3]);
        Value winner = g.Add("ArgMax", [logits], planes, ElementType.Int64, attributes: [("axis", 1L), ("keepdims", 0L)]);
        Value best = Reduce.Max(g, logits, [1]);
        Value rivals = Reduce.Sum(g, Elementwise.Exp(g, Elementwise.Sub(g, logits, best)), [1], keepDims: false);
        Value confidence = Elementwise.Add(g, Elementwise.Div(g, g.Constant(255f), rivals), g.Constant(0.5f));
        return (Crop(g, Elementwise.Cast(g, winner, ElementType.UInt8), frame), Crop(g, Elementwise.Cast(g, confidence, ElementType.UInt8), frame));
    }

    /// <summary>Scores [N,K,H',W'] cropped to the frame that they are of: [N,K,H,W].</summary>
    public static Value CropScores(GraphBuilder g, Value scores, Value frame)
        => g.Add("Slice", [scores, g.Constant(0, 0), FrameInput.Size(g, frame), g.Constant(2, 3)], new Shape(scores.Shape[0], scores.Shape[1], frame.Shape[1], frame.Shape[2]));

    private static Value Crop(GraphBuilder g, Value map, Value frame)
        => g.Add("Slice", [map, g.Constant(0, 0), FrameInput.Size(g, frame), g.Constant(1, 2)], new Shape(frame.Shape[0], frame.Shape[1], frame.Shape[2]));
}
