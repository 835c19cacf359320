using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>
/// What kernels have in common whose invocations make some neighbouring pixels of a row. Their text is written out for the window's width,
/// its stride and this tile: compilers of drivers do not unroll what they could, and then keep sums in memory.
/// </summary>
/// <param name="window">What each pixel looks at.</param>
/// <param name="width">Pixels of a row of the result.</param>
/// <param name="most">Pixels that an invocation makes, if the row has as many.</param>
internal sealed class RowTile(Window window, int width, int most)
{
    /// <summary>Pixels that an invocation makes.</summary>
    public int Pixels { get; } = Math.Min(width, most);

    /// <summary>Tiles of a row; the last one overlaps the one before.</summary>
    public int Count => (width + Pixels - 1) / Pixels;

    /// <summary>Where the tile begins and what it reads. Sizes are copied to locals, which compilers treat like constants.</summary>
    /// <param name="text">Added to.</param>
    /// <param name="blocks">Blocks of channels that an invocation makes.</param>
    public void Open(StringBuilder text, int blocks) => text
        .Append("const int OUTSIDE = 1 << 30;\nvoid main() {\nint i = invocation();\n")
        .Append($"int tiles = (outW + {Pixels - 1}) / {Pixels};\n")
        .Append($"int group = i / (tiles * outH);\nif (group * {blocks} >= outBlocks) return;\n")
        .Append($"int x = min((i % tiles) * {Pixels}, outW - {Pixels}), y = (i / tiles) % outH, cell = y * outW + x;\n")
        .Append("int inBlocks = inBlocks0, inRows = inH0, inColumns = inW0, inStart = in0;\n");

    /// <summary>Names the columns that are read; those outside the map read the zeros at 0.</summary>
    public void Columns(StringBuilder text)
    {
        text.Append($"int first = x * {window.Stride[1]} - padLeft;\n");
        foreach (int c in Used()) text.Append($"int c{c} = first + {c} < 0 || first + {c} >= inColumns ? -OUTSIDE : first + {c};\n");
    }

    /// <summary>Reads them in a row of a block: v and the column's number.</summary>
    public void Read(StringBuilder text, string block)
    {
        text.Append("int row = inRow + ky * dilation;\nbool outside = row < 0 || row >= inRows;\n");
        text.Append($"int at = outside ? -OUTSIDE : inStart + ({block} * inRows + row) * inColumns;\n");
        foreach (int c in Used()) text.Append($"vec4 v{c} = read(max(at + c{c}, 0));\n");
    }

    /// <summary>The column, counted from the first, that a pixel needs for a cell of the window's row.</summary>
    public int Column(int pixel, int cell) => (pixel * window.Stride[1]) + (cell * window.Dilation[1]);

    /// <summary>The columns that some pixel needs.</summary>
    private IEnumerable<int> Used() => Enumerable.Range(0, Pixels)
        .SelectMany(p => Enumerable.Range(0, window.Kernel[1]).Select(k => Column(p, k))).Distinct().Order();
}
