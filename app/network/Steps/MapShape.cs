namespace RealtimeSeg.Network.Steps;

/// <summary>
/// The size of a feature map. In memory, four channels of a pixel lie side by side: blocks × height × width × 4 floats, and the channels
/// that fill up the last block hold anything finite.
/// </summary>
/// <param name="Channels">Of one image: batches are not run.</param>
/// <param name="Height">In cells.</param>
/// <param name="Width">In cells.</param>
public readonly record struct MapShape(int Channels, int Height, int Width)
{
    public const int BlockSize = 4;

    public int Blocks => (Channels + BlockSize - 1) / BlockSize;

    /// <summary>Groups of four floats.</summary>
    public int Texels => checked(Blocks * Height * Width);

    /// <summary>Whether the last block is full.</summary>
    public bool IsWhole => Channels % BlockSize == 0;

    public override string ToString() => $"{Channels}×{Height}×{Width}";
}
