using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// From the picture as captured to what the first convolution reads, and back from scores to labels. Part of every graph, so that
/// training, evaluation and the shipped file cannot disagree about it.
/// </summary>
public static class Preamble
{
    /// <summary>All backbones halve five times.</summary>
    public const long Multiple = 32;

    /// <summary>frame [N,H,W,3] uint8 BGR → [N,3,H',W'] float with H', W' the next multiples of 32, the edge repeated.</summary>
    public static Value Emit(GraphBuilder g, Value frame, Preprocessing? input = null)
    {
        input ??= Preprocessing.Plain;
        using IDisposable scope = g.Scope("preamble");
        Value whole = frame.Shape.IsStatic && frame.Shape[1] % Multiple == 0 && frame.Shape[2] % Multiple == 0 ? frame : PadToMultiple(g, frame);
        Value planes = Layout.Transpose(g, Elementwise.Cast(g, whole, ElementType.Float), 0, 3, 1, 2);
        if (input.Rgb) planes = g.Add("Gather", [planes, g.Constant(2, 1, 0)], planes.Shape, attributes: [("axis", 1L)]);
        Value centred = Elementwise.Sub(g, planes, g.Constant(input.Mean, new Shape(1, 3, 1, 1)));
        float[] factors = [.. input.Spread.Select(s => 1 / s)];
        return Elementwise.Mul(g, centred, factors.All(f => f == factors[0]) ? g.Constant(factors[0]) : g.Constant(factors, new Shape(1, 3, 1, 1)));
    }

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
        => g.Add("Slice", [scores, g.Constant(0, 0), Size(g, frame), g.Constant(2, 3)], new Shape(scores.Shape[0], scores.Shape[1], frame.Shape[1], frame.Shape[2]));

    private static Value PadToMultiple(GraphBuilder g, Value frame)
    {
        Value missing = g.Add("Mod", [g.Add("Neg", [Size(g, frame)], new Shape(2)), g.Constant(Multiple)], new Shape(2));
        Value pads = g.Add("Concat", [g.Constant(0, 0, 0, 0, 0), missing, g.Constant(0)], new Shape(8), attributes: [("axis", 0L)]);
        Shape padded = new(frame.Shape[0], Shape.Dynamic, Shape.Dynamic, 3);
        return g.Add("Pad", [frame, pads], padded, attributes: [("mode", "edge")]);
    }

    private static Value Crop(GraphBuilder g, Value map, Value frame)
        => g.Add("Slice", [map, g.Constant(0, 0), Size(g, frame), g.Constant(1, 2)], new Shape(frame.Shape[0], frame.Shape[1], frame.Shape[2]));

    /// <summary>[H, W] of the frame, read when the graph runs.</summary>
    public static Value Size(GraphBuilder g, Value frame)
    {
        Value shape = g.Add("Shape", [frame], new Shape(4), ElementType.Int64);
        return g.Add("Slice", [shape, g.Constant(1), g.Constant(3)], new Shape(2));
    }
}
