using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>The zeros around the input of a convolution or a pool: given, or by the rule that TensorFlow calls SAME.</summary>
internal static class Padding
{
    /// <summary>Top, left, bottom, right; those of a Pad node before it are part of them.</summary>
    /// <param name="n">The node.</param>
    /// <param name="x">Its input.</param>
    /// <param name="stride">Its stride.</param>
    /// <param name="reach">Elements that a window spans.</param>
    /// <exception cref="UserError">Another rule, or no room for a window.</exception>
    public static long[] Of(NodeReading n, LayerValue x, long stride, long reach)
    {
        long[] before = x.Pads ?? [0, 0, 0, 0];
        long rows = x.H + before[0] + before[2], columns = x.W + before[1] + before[3];
        string rule = n.Text("auto_pad");
        long[] own = rule is "" or "NOTSET"
            ? n.Ints("pads", 0, 0, 0, 0)
            : AutoPad.Of(rule, (rows, columns), (stride, stride), (reach, reach)) ?? throw n.Cannot($"auto_pad {rule} is not supported");
        if (own.Length != 4) throw n.Cannot("it needs four paddings");
        return [.. own.Zip(before, (a, b) => a + b)];
    }
}
