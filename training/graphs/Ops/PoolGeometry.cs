using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Pooling windows: square, with the same padding on both axes.</summary>
/// <param name="Kernel">Side of a window, in elements.</param>
/// <param name="Stride">Distance of two windows.</param>
/// <param name="Before">Padding at the top and left; padded elements do not count.</param>
/// <param name="After">Padding at the bottom and right.</param>
public readonly record struct PoolGeometry(long Kernel, long Stride, long Before = 0, long After = 0)
{
    /// <summary>The attributes of a pooling node.</summary>
    public (string, object)[] Attributes =>
    [
        ("kernel_shape", new[] { Kernel, Kernel }),
        ("strides", new[] { Stride, Stride }),
        ("pads", new[] { Before, Before, After, After }),
    ];

    public bool Overlaps => Kernel != Stride || Before + After > 0;

    /// <summary>The geometry of a pooling node that was made here.</summary>
    public static PoolGeometry Of(Node n)
        => new(n.Ints("kernel_shape")[0], n.Ints("strides")[0], n.Ints("pads")[0], n.Ints("pads")[2]);

    /// <summary>[N,C,H,W] → [N,C,H',W'].</summary>
    public Shape Out(Shape x)
    {
        (long kernel, long stride, long padding) = (Kernel, Stride, Before + After);
        long Down(long size) => Shape.Map(size, s => ((s + padding - kernel) / stride) + 1);
        return new Shape(x[0], x[1], Down(x[2]), Down(x[3]));
    }
}
