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
        long[] own = n.Text("auto_pad") switch
        {
            "" or "NOTSET" => n.Ints("pads", 0, 0, 0, 0),
            "VALID" => [0, 0, 0, 0],
            "SAME_UPPER" => Same(rows, columns, stride, reach, upper: true),
            "SAME_LOWER" => Same(rows, columns, stride, reach, upper: false),
            string other => throw n.Cannot($"auto_pad {other} is not supported"),
        };
        if (own.Length != 4) throw n.Cannot("it needs four paddings");
        return [.. own.Zip(before, (a, b) => a + b)];
    }

    private static long[] Same(long rows, long columns, long stride, long reach, bool upper)
    {
        long Missing(long size) => Math.Max(0, ((((size + stride - 1) / stride) - 1) * stride) + reach - size);
        (long y, long x) = (Missing(rows), Missing(columns));
        (long top, long left) = upper ? (y / 2, x / 2) : (y - (y / 2), x - (x / 2));
        return [top, left, y - top, x - left];
    }
}
