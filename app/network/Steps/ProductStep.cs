using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>
/// A 1×1 convolution: the product of a matrix with each cell. An invocation makes some neighbouring cells, whatever row they are in,
/// × some blocks of channels.
/// </summary>
internal sealed class ProductStep : Step
{
    private const int Four = MapShape.BlockSize;
    private readonly Constant _kernels;

    public ProductStep(Map output, Map input, Constant kernels)
        : base("1×1 convolution", output, input)
    {
        _kernels = kernels;
        Loops = input.Shape.Blocks;
        Flops = 2 * kernels.Length * output.Shape.Height * output.Shape.Width;
    }

    /// <summary>Whether a convolution is one.</summary>
    public static bool Is(Window w) => w.Kernel is [1, 1] && w.Stride is [1, 1] && w.Before is [0, 0] && w.After is [0, 0];

    public override WrittenKernel Write(KernelTiles tiles)
    {
        MapShape to = Output.Shape;
        int cells = to.Height * to.Width, pixels = Math.Min(cells, tiles.Product.Pixels);
        int blocks = tiles.Product.BlocksFor(to.Blocks), groups = (to.Blocks + blocks - 1) / blocks;
        int count = (cells + pixels - 1) / pixels;
        return new WrittenKernel(Text(pixels, blocks), count * groups, [("kernels", Packed.Kernels(_kernels, blocks))]);
    }

    private static string Text(int pixels, int blocks)
    {
        StringBuilder text = new();
        text.Append($"void main() {{\nint i = invocation();\nint cells = outH * outW, tiles = (cells + {pixels - 1}) / {pixels};\n")
            .Append($"int group = i / tiles;\nif (group * {blocks} >= outBlocks) return;\n")
            .Append($"int cell = min((i % tiles) * {pixels}, cells - {pixels}), inBlocks = inBlocks0;\n")
            .Append($"int from = in0 + cell, k = kernels + group * inBlocks * {Four * blocks};\n");
        Sums.Declare(text, pixels, blocks);
        text.Append("for (int block = 0; block < inBlocks; block++) {\n");
        for (int k = 0; k < Four * blocks; k++) text.Append($"vec4 k{k} = kernel(k + {k});\n");
        for (int p = 0; p < pixels; p++) text.Append($"vec4 v{p} = read(from + {p});\n");
        for (int b = 0; b < blocks; b++)
        {
            for (int p = 0; p < pixels; p++)
            {
                for (int i = 0; i < Four; i++) text.Append($"s{p}_{b} += k{(i * blocks) + b} * v{p}.{"xyzw"[i]};\n");
            }
        }

        text.Append($"from += cells;\nk += {Four * blocks};\n}}\n");
        Sums.Store(text, pixels, blocks);
        return text.Append("}\n").ToString();
    }
}
