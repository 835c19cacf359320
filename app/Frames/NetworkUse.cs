using HdrHistogram;

namespace RealtimeSeg.Frames;

/// <summary>
/// The frames that one model labelled at one size, and their times. A run has several if the user chose another model, the CPU took over,
/// or the size followed the frame rate.
/// </summary>
public sealed class NetworkUse
{
    /// <summary>What the histograms tell apart, in nanoseconds, to two digits: a fortieth of what <see cref="Durations"/> takes.</summary>
    private const long Shortest = 1000, Longest = 60_000_000_000;

    private const int Digits = 2;

    private readonly LongHistogram _infer = new(Shortest, Longest, Digits), _whole = new(Shortest, Longest, Digits);

    /// <param name="model">What labelled them.</param>
    /// <param name="size">What it read; null for several sizes.</param>
    internal NetworkUse(IFrameModel model, (int Width, int Height)? size)
        => (Name, Network, Provider, Size) = (model.Name, model.Manifest.Network, model.Provider, size);

    /// <summary>Of the model's file.</summary>
    public string Name { get; }

    /// <summary>Its kind of network.</summary>
    public string Network { get; }

    /// <summary>What ran it.</summary>
    public string Provider { get; }

    /// <summary>What it read, in pixels; null for all sizes beyond the first ones.</summary>
    public (int Width, int Height)? Size { get; }

    public long Frames { get; private set; }

    /// <summary>Of the network, on the frames that it ran on.</summary>
    public Percentiles Infer => Of(_infer);

    /// <summary>From the arrival of a frame to its being shown.</summary>
    public Percentiles CaptureToPresent => Of(_whole);

    internal bool IsOf(IFrameModel model, (int Width, int Height)? size)
        => Size == size && Name == model.Name && Provider == model.Provider;

    internal void Record(FrameSlot f, bool keptMask, bool wasHeld)
    {
        Frames++;
        if (!keptMask) Add(_infer, f[Stamp.Inferred] - f[Stamp.Fitted]);
        if (!wasHeld) Add(_whole, f[Stamp.Presented] - f[Stamp.Arrived]);
    }

    internal void Clear()
    {
        _infer.Reset();
        _whole.Reset();
        Frames = 0;
    }

    private static void Add(LongHistogram to, long nanoseconds) => to.RecordValue(Math.Clamp(nanoseconds, 0, Longest));

    private static Percentiles Of(LongHistogram h)
    {
        double At(double percent) => h.GetValueAtPercentile(percent) / 1e6;
        return h.TotalCount == 0 ? default : new Percentiles(At(50), At(90), At(95), At(99), At(100));
    }
}
