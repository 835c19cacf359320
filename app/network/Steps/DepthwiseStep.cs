using System.Text;

namespace RealtimeSeg.Network.Steps;

/// <summary>A depthwise convolution: a kernel for each channel. An invocation makes pixels of a row × four channels.</summary>
internal sealed class DepthwiseStep : Step
{
    private readonly Window _window;

    public DepthwiseStep(Map output, Map input, Constant kernels, Window window)
        : base("depthwise", output, input)
    {
        _window = window;
        Integers = [.. window.Numbers];
        Weights = [("kernels", Packed.Depthwise(kernels))];
        Loops = window.Kernel[0];
        Flops = 2 * kernels.Length * output.Shape.Height * output.Shape.Width;
    }

    public override WrittenKernel Write(KernelTiles tiles)
    {
        RowTile row = new(_window, Output.Shape.Width, tiles.Depthwise.Pixels);
        StringBuilder text = new();
        row.Open(text, 1);
        text.Append("int kernelRows = kernelH, dilation = dilationY;\nint inRow = y * strideY - padTop;\n");
        Sums.Declare(text, row.Pixels, 1);
        row.Columns(text);
        text.Append("for (int ky = 0; ky < kernelRows; ky++) {\n");
        row.Read(text, "group");
        text.Append($"int k = kernels + (group * kernelRows + ky) * {_window.Kernel[1]};\n");
        for (int kx = 0; kx < _window.Kernel[1]; kx++)
        {
            text.Append($"vec4 k{kx} = kernel(k + {kx});\n");
            for (int p = 0; p < row.Pixels; p++) text.Append($"s{p}_0 += k{kx} * v{row.Column(p, kx)};\n");
        }

        text.Append("}\n");
        Sums.Store(text, row.Pixels, 1);
        text.Append("}\n");
        return new WrittenKernel(text.ToString(), row.Count * Output.Shape.Height * Output.Shape.Blocks, Weights);
    }
}
