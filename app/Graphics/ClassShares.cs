using RealtimeSeg.Frames;

namespace RealtimeSeg.Graphics;

/// <summary>Share of the image's pixels that each class has.</summary>
internal sealed class ClassShares
{
    private readonly byte[] _percent = new byte[256];
    private readonly uint[] _counts = new uint[256];

    /// <summary>Whole percent by label.</summary>
    public ReadOnlySpan<byte> Percent => _percent;

    public void Count(FrameSlot slot)
    {
        Array.Clear(_counts);
        foreach (byte label in slot.Labels.AsSpan<byte>()) _counts[label]++;
        Take(_counts);
    }

    /// <summary>Takes what was counted elsewhere: pixels by label.</summary>
    public void Take(ReadOnlySpan<uint> counts)
    {
        double pixels = 0;
        foreach (uint count in counts) pixels += count;
        for (int i = 0; i < _percent.Length; i++) _percent[i] = (byte)Math.Round(100.0 * counts[i] / Math.Max(1, pixels));
    }
}
