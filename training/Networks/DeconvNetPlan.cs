namespace RealtimeSeg.Training.Networks;

/// <summary>Sizes of a <see cref="DeconvNet"/>.</summary>
/// <param name="Widths">Channels of each level.</param>
/// <param name="Depths">Convolutions of each level; if <paramref name="Residual"/>, residual blocks after its first convolution.</param>
/// <param name="Bottleneck">Channels of fc6 and fc7.</param>
/// <param name="StemStride">Stride of the first convolution.</param>
/// <param name="Residual">Levels are <see cref="ResLite"/>'s, with pools instead of strides; the mirror has one block each.</param>
public sealed record DeconvNetPlan(long[] Widths, int[] Depths, long Bottleneck, int StemStride = 1, bool Residual = false)
{
    public int Levels => Widths.Length;

    /// <summary>The first levels of <see cref="ResLite"/> and their mirror.</summary>
    public static DeconvNetPlan OfResLite(int levels, long bottleneck)
    {
        (long Width, int Blocks)[] taken = [.. ResLite.Levels.Take(levels)];
        return new([.. taken.Select(v => v.Width)], [.. taken.Select(v => v.Blocks)], bottleneck, StemStride: 2, Residual: true);
    }
}
