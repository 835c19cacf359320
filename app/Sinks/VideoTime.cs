namespace RealtimeSeg.Sinks;

/// <summary>Times of a recording's frames: from 0, as far apart as the source's, always later than the one before.</summary>
/// <param name="period">Seconds from one frame to the next where the source does not tell.</param>
internal sealed class VideoTime(double period)
{
    /// <summary>The coarsest unit of a container's times.</summary>
    private const double Least = 0.001;

    private double _offset;
    private double? _lastSource;

    /// <summary>Of the newest frame.</summary>
    public double Last { get; private set; } = double.NegativeInfinity;

    /// <param name="seconds">In the source.</param>
    /// <param name="jumped">Whether the frame does not follow the one before it.</param>
    public double Next(double seconds, bool jumped)
    {
        if (_lastSource is not { } before) _offset = seconds;
        else if (jumped || seconds <= before) _offset = seconds - (Last + period);
        _lastSource = seconds;
        return Last = Math.Max(seconds - _offset, Last + Least);
    }
}
