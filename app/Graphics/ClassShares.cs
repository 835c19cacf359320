using RealtimeSeg.Frames;

namespace RealtimeSeg.Graphics;

/// <summary>Share of the image's pixels that each class has.</summary>
internal sealed class ClassShares
{
    /// <summary>They are counted at 10 Hz, as fast as they can be read. In nanoseconds.</summary>
    private const long Period = 100_000_000;

    private readonly byte[] _percent = new byte[256];
    private readonly uint[] _counts = new uint[256];
    private long _counted;

    /// <summary>Whole percent by label.</summary>
    public ReadOnlySpan<byte> Percent => _percent;

    /// <summary>Whether it is time to count; if so, until when it is not.</summary>
    /// <param name="now">Nanoseconds.</param>
    public bool IsDue(long now)
    {
        if (_counted != 0 && now - _counted < Period) return false;
        _counted = now;
        return true;
    }

    /// <summary>The next frame is the first one.</summary>
    public void StartOver() => _counted = 0;

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
