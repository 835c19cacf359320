namespace RealtimeSeg.Core.Onnx;

/// <summary>The attribute <c>auto_pad</c> of convolutions and pools. Pairs are vertical, horizontal.</summary>
public static class AutoPad
{
    /// <summary>Top, left, bottom, right by TensorFlow's rules; null if paddings are given, or by a rule that is not known.</summary>
    /// <param name="rule">VALID, SAME_UPPER or SAME_LOWER.</param>
    /// <param name="size">Of the input.</param>
    /// <param name="stride">From one window to the next.</param>
    /// <param name="reach">Elements that a window spans.</param>
    public static long[]? Of(string rule, (long Y, long X) size, (long Y, long X) stride, (long Y, long X) reach)
    {
        if (rule == "VALID") return [0, 0, 0, 0];
        if (rule is not ("SAME_UPPER" or "SAME_LOWER")) return null;
        long y = Missing(size.Y, stride.Y, reach.Y), x = Missing(size.X, stride.X, reach.X);
        (long top, long left) = rule == "SAME_UPPER" ? (y / 2, x / 2) : (y - (y / 2), x - (x / 2));
        return [top, left, y - top, x - left];
    }

    private static long Missing(long size, long stride, long reach)
        => Math.Max(0, ((((size + stride - 1) / stride) - 1) * stride) + reach - size);
}
