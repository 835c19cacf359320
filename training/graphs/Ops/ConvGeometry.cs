using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Stride, padding, dilation and groups of a convolution, the same on both axes.</summary>
public readonly record struct ConvGeometry(long Stride = 1, long Pad = 0, long Dilation = 1, long Group = 1)
{
    /// <summary>The geometry of a convolution node that was made here.</summary>
    public static ConvGeometry Of(Node n) => new(n.Ints("strides")[0], n.Ints("pads")[0], n.Ints("dilations")[0], n.Int("group"));

    /// <summary>The attributes of a convolution node with weights of shape [.,.,kH,kW].</summary>
    public (string, object)[] Attributes(Shape w) =>
    [
        ("kernel_shape", new[] { w[2], w[3] }),
        ("strides", new[] { Stride, Stride }),
        ("pads", new[] { Pad, Pad, Pad, Pad }),
        ("dilations", new[] { Dilation, Dilation }),
        ("group", Group),
    ];

    /// <summary>Output size of a convolution over <paramref name="size"/> elements.</summary>
    public long Out(long size, long kernel)
    {
        (long stride, long padding, long reach) = (Stride, 2 * Pad, Dilation * (kernel - 1));
        return Shape.Map(size, s => ((s + padding - reach - 1) / stride) + 1);
    }

    /// <summary>Smallest output size of the transposed convolution over <paramref name="size"/> elements.</summary>
    public long TransposedOut(long size, long kernel)
    {
        (long stride, long padding, long reach) = (Stride, 2 * Pad, Dilation * (kernel - 1));
        return Shape.Map(size, s => ((s - 1) * stride) - padding + reach + 1);
    }
}
