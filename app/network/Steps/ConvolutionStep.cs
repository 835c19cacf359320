using System.Text;
namespace RealtimeSeg.Network.Steps;

/// <summary>
/// A dense convolution. An invocation makes some neighbouring pixels of a row × some blocks of channels. Its text is written out for the
/// kernel's width, the stride and this tile: compilers of drivers do not unroll what they could, and then keep sums in memory.
/// </summary>
internal sealed class ConvolutionStep : Step
{
    private const int Four = MapShape.BlockSize;
    private readonly Window _window;
    private readonly int _pixels, _blocks;

    public ConvolutionStep(Map output, Map input, Constant kernels, Window window)
        : base("convolution", output, input)
    {
        _window = window;
        _blocks = output.Shape.Blocks > 1 ? 2 : 1;
        _pixels = Math.Min(output.Shape.Width, window.Stride[1] == 1 ? 8 : 6);
        Integers =
        [
            ("kernelH", window.Kernel[0]), ("strideY", window.Stride[0]), ("dilationY", window.Dilation[0]),
            ("padTop", window.Before[0]), ("padLeft", window.Before[1]),
        ];
        Weights = [("kernels", Packed.Kernels(kernels, _blocks))];
        Flops = 2 * kernels.Length * output.Shape.Height * output.Shape.Width;
    }

    public override int Invocations => Tiles * Output.Shape.Height * Groups;

    public override string Text
    {
        get
        {
            StringBuilder text = new();
            Open(text);
            int cells = ((_pixels - 1) * _window.Stride[1]) + ((_window.Kernel[1] - 1) * _window.Dilation[1]) + 1;
            Columns(text, cells);
            text.Append("for (int block = 0; block < inBlocks; block++)\nfor (int ky = 0; ky < kernelRows; ky++) {\n")
                .Append("int row = inRow + ky * dilation;\n")
                .Append("int at = row < 0 || row >= inRows ? -OUTSIDE : inStart + (block * inRows + row) * inColumns;\n")
                .Append("int k = kernelStart + (block * kernelRows + ky) * ").Append(_window.Kernel[1] * Four * _blocks).Append(";\n");
            foreach (int c in Used(cells)) text.Append($"vec4 v{c} = read(max(at + c{c}, 0));\n");
            for (int b = 0; b < _blocks; b++) Sums(text, b);
            text.Append("}\n");
            Close(text);
            return text.ToString();
        }
    }

    private int Tiles => (Output.Shape.Width + _pixels - 1) / _pixels;

    private int Groups => (Output.Shape.Blocks + _blocks - 1) / _blocks;

    /// <summary>Which pixels and channels an invocation makes. Sizes are copied to locals, which compilers treat like constants.</summary>
    private void Open(StringBuilder text)
    {
        text.Append("const int OUTSIDE = 1 << 30;\nvoid main() {\nint i = invocation();\n")
            .Append($"int tiles = (outW + {_pixels - 1}) / {_pixels};\n")
            .Append($"int group = i / (tiles * outH);\nif (group * {_blocks} >= outBlocks) return;\n")
            .Append($"int x = min((i % tiles) * {_pixels}, outW - {_pixels}), y = (i / tiles) % outH;\n") // the last tile overlaps
            .Append("int inBlocks = inBlocks0, inRows = inH0, inColumns = inW0, inStart = in0;\n")
            .Append("int kernelRows = kernelH, dilation = dilationY;\nint inRow = y * strideY - padTop;\n")
            .Append($"int kernelStart = kernels + group * inBlocks * kernelRows * {_window.Kernel[1] * Four * _blocks};\n");
        for (int b = 0; b < _blocks; b++)
        {
            for (int p = 0; p < _pixels; p++) text.Append($"vec4 s{p}_{b} = vec4(0.0);\n");
        }
    }

    /// <summary>The columns that are read; those outside the map read the zeros at 0.</summary>
    private void Columns(StringBuilder text, int cells)
    {
        text.Append($"int first = x * {_window.Stride[1]} - padLeft;\n");
        foreach (int c in Used(cells)) text.Append($"int c{c} = first + {c} < 0 || first + {c} >= inColumns ? -OUTSIDE : first + {c};\n");
    }

    /// <summary>The columns, counted from the first, that some pixel needs.</summary>
    private IEnumerable<int> Used(int cells) => Enumerable.Range(0, cells).Where(c => Enumerable.Range(0, _pixels).Any(p =>
    {
        int beyond = c - (p * _window.Stride[1]);
        return beyond >= 0 && beyond % _window.Dilation[1] == 0 && beyond / _window.Dilation[1] < _window.Kernel[1];
    }));

    /// <summary>One block's kernels, then its sums pixel by pixel.</summary>
    private void Sums(StringBuilder text, int block)
    {
        text.Append("{\n");
        int width = _window.Kernel[1];
        for (int kx = 0; kx < width; kx++)
        {
            for (int i = 0; i < Four; i++) text.Append($"vec4 k{kx}_{i} = kernel(k + {(((kx * Four) + i) * _blocks) + block});\n");
        }

        for (int p = 0; p < _pixels; p++)
        {
            for (int kx = 0; kx < width; kx++)
            {
                int column = (p * _window.Stride[1]) + (kx * _window.Dilation[1]);
                for (int i = 0; i < Four; i++) text.Append($"s{p}_{block} += k{kx}_{i} * v{column}.{"xyzw"[i]};\n");
            }
        }

        text.Append("}\n");
    }

    private void Close(StringBuilder text)
    {
        for (int b = 0; b < _blocks; b++)
        {
            text.Append($"if (group * {_blocks} + {b} < outBlocks) {{\n");
            for (int p = 0; p < _pixels; p++)
                text.Append($"store(s{p}_{b}, group * {_blocks} + {b}, y, x + {p});\n");
            text.Append("}\n");
        }

        text.Append("}\n");
    }
}
