using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>A dense convolution. An invocation makes some neighbouring pixels of a row × some blocks of channels.</summary>
internal sealed class ConvolutionStep : Step
{
    private const int Four = MapShape.BlockSize;
    private readonly Window _window;
    private readonly Constant _kernels;

    public ConvolutionStep(Map output, Map input, Constant kernels, Window window)
        : base("convolution", output, input)
    {
        (_window, _kernels) = (window, kernels);
        Integers =
        [
            ("kernelH", window.Kernel[0]), ("strideY", window.Stride[0]), ("dilationY", window.Dilation[0]),
            ("padTop", window.Before[0]), ("padLeft", window.Before[1]),
        ];
        Loops = (long)input.Shape.Blocks * (window.Kernel[0] + 1);
        Flops = 2 * kernels.Length * output.Shape.Height * output.Shape.Width;
    }

    public override WrittenKernel Write(KernelTiles tiles)
    {
        MapShape to = Output.Shape;
        RowTile row = new(_window, to.Width, tiles.Dense.Pixels);
        int blocks = tiles.Dense.BlocksFor(to.Blocks), groups = (to.Blocks + blocks - 1) / blocks;
        return new WrittenKernel(Text(row, blocks), row.Count * to.Height * groups, [("kernels", Packed.Kernels(_kernels, blocks))]);
    }

    private string Text(RowTile row, int blocks)
    {
        StringBuilder text = new();
        row.Open(text, blocks);
        text.Append("int kernelRows = kernelH, dilation = dilationY;\nint inRow = y * strideY - padTop;\n");
        Sums.Declare(text, row.Pixels, blocks);
        int texels = _window.Kernel[1] * Four * blocks;
        text.Append($"int kernelStart = kernels + group * inBlocks * kernelRows * {texels};\n");
        row.Columns(text);
        text.Append("for (int block = 0; block < inBlocks; block++)\nfor (int ky = 0; ky < kernelRows; ky++) {\n");
        row.Read(text, "block");
        text.Append($"int k = kernelStart + (block * kernelRows + ky) * {texels};\n");
        for (int b = 0; b < blocks; b++) Add(text, row, b, blocks);
        text.Append("}\n");
        Sums.Store(text, row.Pixels, blocks);
        return text.Append("}\n").ToString();
    }

    /// <summary>One block's kernels, then its sums pixel by pixel: one sum finished at a time needs the fewest registers.</summary>
    private void Add(StringBuilder text, RowTile row, int block, int blocks)
    {
        int width = _window.Kernel[1];
        text.Append("{\n");
        for (int term = 0; term < width * Four; term++)
            text.Append($"vec4 k{term} = kernel(k + {(term * blocks) + block});\n");
        for (int p = 0; p < row.Pixels; p++)
        {
            for (int term = 0; term < width * Four; term++)
                text.Append($"s{p}_{block} += k{term} * v{row.Column(p, term / Four)}.{"xyzw"[term % Four]};\n");
        }

        text.Append("}\n");
    }
}
