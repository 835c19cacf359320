namespace RealtimeSeg.Network.Steps;

/// <summary>How kernels are written for a device.</summary>
/// <param name="GroupSize">Invocations of a work group.</param>
/// <param name="Half">Maps and constants are stored in 16 bits; sums are made in 32 all the same.</param>
/// <param name="Tile">What an invocation of a convolution makes.</param>
public sealed record KernelStyle(int GroupSize, bool Half, KernelTile Tile);

/// <summary>
/// What an invocation of a convolution makes. Large tiles read less for each sum; on a card they leave too few invocations, and too few
/// registers, to hide how long reading takes.
/// </summary>
/// <param name="Pixels">Neighbouring pixels of a row.</param>
/// <param name="PixelsWithStride">The same where the window moves by more than one.</param>
/// <param name="Blocks">Blocks of four channels.</param>
/// <param name="Inputs">Blocks of inputs that a 1×1 convolution reads at once, as far as their number is a multiple.</param>
public sealed record KernelTile(int Pixels, int PixelsWithStride, int Blocks, int Inputs)
{
    /// <summary>For a CPU's vectors: the fastest of a few that were tried on Mesa's llvmpipe.</summary>
    public static KernelTile Software { get; } = new(15, 10, 2, 2);

    /// <summary>For graphics cards, as TFLite's and ncnn's kernels have it; not tried.</summary>
    public static KernelTile Hardware { get; } = new(4, 4, 2, 1);
}

/// <summary>A kernel's own text, for a tile.</summary>
/// <param name="Text">GLSL.</param>
/// <param name="Invocations">Of the kernel.</param>
/// <param name="Weights">See <see cref="Step.Weights"/>.</param>
public sealed record WrittenKernel(string Text, int Invocations, IReadOnlyList<(string Name, Packed Value)> Weights);
