using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// From the captured image to what the first convolution reads. Part of every graph, so that training, evaluation and the exported
/// file cannot disagree about it; <see cref="ClassDecision"/> is its counterpart at the end.
/// </summary>
public static class FrameInput
{
    /// <summary>All backbones halve five times.</summary>
    public const long Multiple = 32;

    /// <summary>frame [N,H,W,3] uint8 BGR → [N,3,H',W'] float with H', W' the next multiples of 32, the edge repeated.</summary>
    public static Value Emit(GraphBuilder g, Value frame, InputScaling? input = null)
    {
        input ??= InputScaling.Plain;
        using IDisposable scope = g.Scope("preamble");
        Value whole = frame.Shape.IsStatic && frame.Shape[1] % Multiple == 0 && frame.Shape[2] % Multiple == 0 ? frame : PadToMultiple(g, frame);
        Value planes = Layout.Transpose(g, Elementwise.Cast(g, whole, ElementType.Float), 0, 3, 1, 2);
        if (input.Rgb) planes = g.Add("Gather", [planes, g.Constant(2, 1, 0)], planes.Shape, attributes: [("axis", 1L)]);
        Value centred = Elementwise.Sub(g, planes, g.Constant(input.Mean, new Shape(1, 3, 1, 1)));
        float[] factors = [.. input.Deviation.Select(s => 1 / s)];
        return Elementwise.Mul(g, centred, factors.All(f => f == factors[0]) ? g.Constant(factors[0]) : g.Constant(factors, new Shape(1, 3, 1, 1)));
    }

    private static Value PadToMultiple(GraphBuilder g, Value frame)
    {
        Value missing = g.Add("Mod", [g.Add("Neg", [Size(g, frame)], new Shape(2)), g.Constant(Multiple)], new Shape(2));
        Value pads = g.Add("Concat", [g.Constant(0, 0, 0, 0, 0), missing, g.Constant(0)], new Shape(8), attributes: [("axis", 0L)]);
        Shape padded = new(frame.Shape[0], Shape.Dynamic, Shape.Dynamic, 3);
        return g.Add("Pad", [frame, pads], padded, attributes: [("mode", "edge")]);
    }

    /// <summary>[H, W] of the frame, read when the graph runs.</summary>
    public static Value Size(GraphBuilder g, Value frame)
    {
        Value shape = g.Add("Shape", [frame], new Shape(4), ElementType.Int64);
        return g.Add("Slice", [shape, g.Constant(1), g.Constant(3)], new Shape(2));
    }
}
