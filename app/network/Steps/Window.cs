namespace RealtimeSeg.Network.Steps;

/// <summary>The cells that a convolution or a pool looks at. All pairs are vertical, horizontal.</summary>
/// <param name="Kernel">In cells.</param>
/// <param name="Stride">From one result to the next.</param>
/// <param name="Dilation">From one cell of the kernel to the next.</param>
/// <param name="Before">Padding above and to the left.</param>
/// <param name="After">Padding below and to the right.</param>
internal sealed record Window(int[] Kernel, int[] Stride, int[] Dilation, int[] Before, int[] After)
{
    /// <summary>As kernels read them.</summary>
    public IReadOnlyList<(string Name, int Value)> Numbers =>
    [
        ("kernelH", Kernel[0]), ("kernelW", Kernel[1]), ("strideY", Stride[0]), ("strideX", Stride[1]),
        ("dilationY", Dilation[0]), ("dilationX", Dilation[1]), ("padTop", Before[0]), ("padLeft", Before[1]),
    ];

    /// <summary>A window of one row: the first of two steps that look at all cells.</summary>
    public Window OfRow => Along(1);

    /// <summary>A window of one column: the second.</summary>
    public Window OfColumn => Along(0);

    /// <summary>Results along an axis.</summary>
    public int Cells(int input, int axis, bool up = false)
    {
        int room = input + Before[axis] + After[axis] - (((Kernel[axis] - 1) * Dilation[axis]) + 1);
        if (room < 0) return 0;
        int cells = (up ? (room + Stride[axis] - 1) / Stride[axis] : room / Stride[axis]) + 1;
        // A window that would begin in the padding behind the map is left out.
        return up && (cells - 1) * Stride[axis] >= input + Before[axis] ? cells - 1 : cells;
    }

    private Window Along(int axis)
    {
        int[] Only(int[] pair, int otherwise) => axis == 0 ? [pair[0], otherwise] : [otherwise, pair[1]];
        return new Window(Only(Kernel, 1), Only(Stride, 1), Only(Dilation, 1), Only(Before, 0), Only(After, 0));
    }
}
