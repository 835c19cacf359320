using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>
/// A transposed convolution: each result gathers the cells whose enlarged kernels reach it. An invocation makes some neighbouring pixels of
/// a row × some blocks of channels; a tile begins at a multiple of the stride, so that its text knows which columns each pixel needs.
/// </summary>
internal sealed class TransposedStep : Step
{
    private const int Four = MapShape.BlockSize;
    private readonly Window _window;
    private readonly Constant _kernels;

    public TransposedStep(Map output, Map input, Constant kernels, Window window)
        : base("transposed", output, input)
    {
        (_window, _kernels) = (window, kernels);
        Integers =
        [
            ("kernelH", window.Kernel[0]), ("strideY", window.Stride[0]), ("dilationY", window.Dilation[0]), ("padTop", window.Before[0]),
        ];
        Loops = (input.Shape.Blocks + 1L) * window.Kernel[0];
        Flops = 2 * kernels.Length * input.Shape.Height * input.Shape.Width;
    }

    public override WrittenKernel Write(KernelTiles tiles)
    {
        MapShape to = Output.Shape;
        int stride = _window.Stride[1], pixels = Math.Max(1, Math.Min(to.Width, tiles.Transposed.Pixels) / stride) * stride;
        int blocks = tiles.Transposed.BlocksFor(to.Blocks), groups = (to.Blocks + blocks - 1) / blocks;
        int count = (to.Width + pixels - 1) / pixels;
        Packed kernels = Packed.Transposed(_kernels, blocks);
        return new WrittenKernel(Text(pixels, blocks), count * to.Height * groups, [("kernels", kernels)]);
    }

    private string Text(int pixels, int blocks)
    {
        StringBuilder text = new();
        int width = _window.Kernel[1], texels = width * Four * blocks;
        text.Append("const int OUTSIDE = 1 << 30;\nvoid main() {\nint i = invocation();\n")
            .Append($"int tiles = (outW + {pixels - 1}) / {pixels};\nint group = i / (tiles * outH);\n")
            .Append($"if (group * {blocks} >= outBlocks) return;\n")
            .Append($"int x = (i % tiles) * {pixels}, y = (i / tiles) % outH, cell = y * outW + x, first = x / {_window.Stride[1]};\n")
            .Append("int inBlocks = inBlocks0, inRows = inH0, inColumns = inW0, inStart = in0, kernelRows = kernelH;\n");
        Sums.Declare(text, pixels, blocks);
        foreach (int c in Columns(pixels))
            text.Append($"int {Name(c)} = first + {c} < 0 || first + {c} >= inColumns ? -OUTSIDE : first + {c};\n");
        text.Append("for (int ky = 0; ky < kernelRows; ky++) {\nint down = y + padTop - ky * dilationY, row = down / strideY;\n")
            .Append("if (down < 0 || down % strideY != 0 || row >= inRows) continue;\n")
            .Append("for (int block = 0; block < inBlocks; block++) {\nint at = inStart + (block * inRows + row) * inColumns;\n")
            .Append($"int k = kernels + ((group * inBlocks + block) * kernelRows + ky) * {texels};\n");
        foreach (int c in Columns(pixels)) text.Append($"vec4 v{Name(c)} = read(max(at + {Name(c)}, 0));\n");
        for (int b = 0; b < blocks; b++)
        {
            for (int kx = 0; kx < width; kx++) Add(text, pixels, kx, b, blocks);
        }

        text.Append("}\n}\n");
        Sums.Store(text, pixels, blocks, p => $"if (x + {p} < outW) ");
        return text.Append("}\n").ToString();
    }

    /// <summary>What a column of the kernel adds to a block.</summary>
    private void Add(StringBuilder text, int pixels, int kx, int block, int blocks)
    {
        text.Append("{\n");
        for (int i = 0; i < Four; i++) text.Append($"vec4 k{i} = kernel(k + {(((kx * Four) + i) * blocks) + block});\n");
        for (int p = 0; p < pixels; p++)
        {
            if (Column(p, kx) is not { } column) continue;
            for (int i = 0; i < Four; i++) text.Append($"s{p}_{block} += k{i} * v{Name(column)}.{"xyzw"[i]};\n");
        }

        text.Append("}\n");
    }

    /// <summary>The column, counted from the tile's first, whose enlarged kernel has a cell at a pixel; null for none.</summary>
    private int? Column(int pixel, int cell)
    {
        int right = pixel + _window.Before[1] - (cell * _window.Dilation[1]);
        return right % _window.Stride[1] == 0 ? right / _window.Stride[1] : null;
    }

    private int[] Columns(int pixels) => [.. Enumerable.Range(0, pixels)
        .SelectMany(p => Enumerable.Range(0, _window.Kernel[1]).Select(k => Column(p, k))).OfType<int>().Distinct().Order()];

    private static string Name(int column) => column < 0 ? $"b{-column}" : $"c{column}";
}
