using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// The start of every network, from the captured image to the input of the first convolution. It is part of every graph, so that
/// training, evaluation and the exported file cannot disagree about it; <see cref="ClassDecision"/> is its counterpart at the end.
/// </summary>
public static class FrameInput
{
    /// <summary>The largest stride of features: backbones halve up to five times.</summary>
    public const int Multiple = 32;

    /// <summary>frame [N,H,W,3] uint8 BGR → [N,3,H',W'] float with H', W' the next multiples of 32, the edge repeated.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="frame">[N,H,W,3], uint8.</param>
    /// <param name="input">The order and scaling of channels; null for <see cref="InputScaling.Plain"/>.</param>
    public static Value Emit(GraphBuilder g, Value frame, InputScaling? input = null)
    {
        input ??= InputScaling.Plain;
        using IDisposable scope = g.Scope("preamble");
        Value planes = FrameOps.Planes(g, FrameOps.PadToMultiple(g, frame, Multiple)); // [N,3,H',W']
        if (input.Rgb) planes = FrameOps.ReverseChannels(g, planes);
        Value centred = Elementwise.Sub(g, planes, PerChannel(g, input.Mean));
        float[] factors = [.. input.Deviation.Select(s => 1 / s)];
        bool same = factors.All(f => f == factors[0]);
        return Elementwise.Mul(g, centred, same ? g.Constant(factors[0]) : PerChannel(g, factors));
    }

    private static Value PerChannel(GraphBuilder g, float[] values) => g.Constant(values, new Shape(1, 3, 1, 1));
}
