namespace RealtimeSeg.Network.Steps;

/// <summary>How kernels are written for a device.</summary>
/// <param name="GroupSize">Invocations of a work group where each makes a tile.</param>
/// <param name="CellGroupSize">The same where each makes a single cell: on a CPU a group costs more than a few cells.</param>
/// <param name="Half">Maps and constants are stored in 16 bits; sums are made in 32 all the same.</param>
/// <param name="Tiles">What an invocation of a convolution makes.</param>
public sealed record KernelStyle(int GroupSize, int CellGroupSize, bool Half, KernelTiles Tiles);

/// <summary>What an invocation makes.</summary>
/// <param name="Pixels">Neighbouring pixels of a row, or cells of a 1×1 convolution's map.</param>
/// <param name="Blocks">Blocks of four channels, or one less where fewer are then made in vain.</param>
public sealed record Tile(int Pixels, int Blocks)
{
    private const int Most = 32;

    /// <summary>
    /// Pixels × blocks: each is a sum that a kernel writes out. Beyond some no device has the registers for them, and compilers of drivers
    /// work for minutes.
    /// </summary>
    private const int MostSums = 128;

    /// <summary>Blocks of a tile for a map: the number that leaves the fewest without use.</summary>
    public int BlocksFor(int blocks)
    {
        if (blocks <= Blocks) return blocks;
        int Made(int each) => (blocks + each - 1) / each * each;
        return Blocks > 2 && Made(Blocks - 1) < Made(Blocks) ? Blocks - 1 : Blocks;
    }

    /// <summary>Whether a kernel can be written for it: what a file says may be anything.</summary>
    public bool IsSound => Pixels is >= 1 and <= Most && Blocks is >= 1 and <= Most && Pixels * Blocks <= MostSums;

    /// <summary>Pixels × channels.</summary>
    public override string ToString() => $"{Pixels}×{Blocks * MapShape.BlockSize}";
}

/// <summary>
/// Tiles by kind of convolution. Large ones read less for each sum; on a card they leave too few invocations, and too few registers, to
/// hide how long reading takes.
/// </summary>
/// <param name="Product">Of a 1×1 convolution.</param>
/// <param name="Dense">Of another one over all channels.</param>
/// <param name="Depthwise">Of one channel by channel; a tile has one block.</param>
/// <param name="Transposed">Of a transposed one.</param>
public sealed record KernelTiles(Tile Product, Tile Dense, Tile Depthwise, Tile Transposed)
{
    /// <summary>For a CPU's vectors: the fastest of those tried on Mesa's llvmpipe.</summary>
    public static KernelTiles Software { get; } = new(new(20, 4), new(15, 2), new(15, 1), new(8, 3));

    /// <summary>Others that may be faster on a device: each kind's are tried together with the same number of the other kinds.</summary>
    public static IReadOnlyList<KernelTiles> Others { get; } =
    [
        new(new(12, 4), new(8, 2), new(8, 1), new(8, 2)), new(new(8, 4), new(4, 4), new(6, 1), new(4, 3)),
        new(new(8, 2), new(2, 4), new(4, 1), new(4, 2)), new(new(4, 4), new(2, 2), new(3, 1), new(2, 4)),
        new(new(4, 2), new(1, 4), new(2, 1), new(2, 2)), new(new(1, 4), new(1, 2), new(1, 1), new(2, 1)),
    ];

    /// <summary>In the order of the parameters.</summary>
    public IReadOnlyList<Tile> All => [Product, Dense, Depthwise, Transposed];

    /// <summary>For a GPU that shares the CPU's memory; as others' kernels have it, not tried.</summary>
    public static KernelTiles Integrated { get; } = new(new(4, 2), new(4, 2), new(4, 1), new(4, 2));

    /// <summary>For a card; likewise.</summary>
    public static KernelTiles Discrete { get; } = new(new(2, 4), new(4, 2), new(4, 1), new(4, 2));
}

/// <summary>A kernel's own text, for a tile.</summary>
/// <param name="Text">GLSL.</param>
/// <param name="Invocations">Of the kernel.</param>
/// <param name="Weights">See <see cref="Step.Weights"/>.</param>
public sealed record WrittenKernel(string Text, int Invocations, IReadOnlyList<(string Name, Packed Value)> Weights);
