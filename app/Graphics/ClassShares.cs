using RealtimeSeg.Frames;

namespace RealtimeSeg.Graphics;

/// <summary>Share of the image's pixels that each class has, counted on the CPU.</summary>
internal sealed class ClassShares
{
    private readonly byte[] _percent = new byte[256];
    private readonly int[] _counts = new int[256];

    /// <summary>Whole percent by label.</summary>
    public ReadOnlySpan<byte> Percent => _percent;

    public void Count(FrameSlot slot)
    {
        Array.Clear(_counts);
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        foreach (byte label in labels) _counts[label]++;
        for (int i = 0; i < _percent.Length; i++) _percent[i] = (byte)Math.Round(100.0 * _counts[i] / Math.Max(1, labels.Length));
    }
}
