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
        Flops = 2 * kernels.Length * output.Shape.Height * output.Shape.Width;
    }

    public override WrittenKernel Write(KernelTile tile)
    {
        MapShape to = Output.Shape;
        RowTile row = new(_window, to.Width, _window.Stride[1] == 1 ? tile.Pixels : tile.PixelsWithStride);
        int blocks = Math.Min(to.Blocks, tile.Blocks), groups = (to.Blocks + blocks - 1) / blocks;
        string text = Text(row, blocks, InputsAtOnce(tile));
        return new WrittenKernel(text, row.Count * to.Height * groups, [("kernels", Packed.Kernels(_kernels, blocks))]);
    }

    private int InputsAtOnce(KernelTile tile) => _window.Kernel is [1, 1]
        ? Enumerable.Range(1, tile.Inputs).Last(n => Inputs[0].Shape.Blocks % n == 0)
        : 1;

    private string Text(RowTile row, int blocks, int inputs)
    {
        StringBuilder text = new();
        row.Open(text, blocks);
        for (int b = 0; b < blocks; b++)
        {
            for (int p = 0; p < row.Pixels; p++) text.Append($"vec4 s{p}_{b} = vec4(0.0);\n");
        }

        int texels = _window.Kernel[1] * Four * blocks;
        text.Append($"int kernelStart = kernels + group * inBlocks * kernelRows * {texels};\n");
        row.Columns(text);
        text.Append($"for (int block = 0; block < inBlocks; block += {inputs})\nfor (int ky = 0; ky < kernelRows; ky++) {{\n");
        row.Read(text, "block", inputs);
        text.Append($"int k = kernelStart + (block * kernelRows + ky) * {texels};\n");
        for (int b = 0; b < blocks; b++) Sums(text, row, b, blocks, inputs);
        text.Append("}\n");
        for (int b = 0; b < blocks; b++)
        {
            text.Append($"if (group * {blocks} + {b} < outBlocks) {{\n");
            row.Store(text, $"group * {blocks} + {b}", $"_{b}");
            text.Append("}\n");
        }

        return text.Append("}\n").ToString();
    }

    /// <summary>One block's kernels, then its sums pixel by pixel: one sum finished at a time needs the fewest registers.</summary>
    private void Sums(StringBuilder text, RowTile row, int block, int blocks, int inputs)
    {
        int width = _window.Kernel[1];
        List<(int Input, int Kx, int I)> terms = [];
        for (int term = 0; term < inputs * width * Four; term++)
            terms.Add((term / (width * Four), term / Four % width, term % Four));
        text.Append("{\n");
        foreach ((int n, int kx, int i) in terms)
            text.Append($"vec4 k{kx}_{i}_{n} = kernel(k + {(((((n * width) + kx) * Four) + i) * blocks) + block});\n");
        for (int p = 0; p < row.Pixels; p++)
        {
            foreach ((int n, int kx, int i) in terms)
                text.Append($"s{p}_{block} += k{kx}_{i}_{n} * v{row.Column(p, kx)}_{n}.{"xyzw"[i]};\n");
        }

        text.Append("}\n");
    }
}
