namespace RealtimeSeg.Frames;

/// <summary>Frames per second over the last two seconds: it falls while nothing comes. Counting a frame allocates nothing.</summary>
public sealed class FrameRate
{
    private const long Window = 2_000_000_000;

    /// <summary>Moments that are kept; at more frames in the window, the rate is that of the last ones.</summary>
    private const int Most = 4096;

    private readonly long[] _shown = new long[Most];
    private long _count;

    /// <summary>Counts a frame.</summary>
    /// <param name="now">When it was shown, in nanoseconds.</param>
    public void Add(long now) => _shown[_count++ % Most] = now;

    /// <summary>The rate at a moment: the inverse of the mean period, or of what the next period has already become.</summary>
    /// <param name="now">In nanoseconds.</param>
    public double At(long now)
    {
        int n = 0;
        while (n < Math.Min(_count, Most) && Back(n) > now - Window) n++;
        if (n == 0 || _count == 1) return 0;
        if (n == 1) return 1e9 / Window;
        long last = Back(0), first = Back(n - 1);
        double period = Math.Max(1, last - first) / (double)(n - 1);
        return now - last <= period ? 1e9 / period : n * 1e9 / (now - first);
    }

    /// <summary>Forgets all frames.</summary>
    public void Clear() => _count = 0;

    private long Back(int frames) => _shown[(_count - 1 - frames) % Most];
}
