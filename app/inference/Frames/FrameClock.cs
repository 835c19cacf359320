using System.Diagnostics;

namespace RealtimeSeg.Frames;

/// <summary>Source of the program's time: nanoseconds since some start. Injected, so that tests can step it.</summary>
public abstract class FrameClock
{
    /// <summary>Nanoseconds, never going back.</summary>
    public abstract long Now { get; }

    /// <summary>Returns at <paramref name="time"/> or when <paramref name="stop"/> is set, whichever comes first.</summary>
    public abstract void WaitUntil(long time, WaitHandle stop);
}

/// <summary>The machine's monotonic clock.</summary>
public sealed class WallClock : FrameClock
{
    private static readonly double Nanoseconds = 1e9 / Stopwatch.Frequency;

    /// <summary>The time, for those who have no clock at hand: the same for every instance.</summary>
    public static long Timestamp => (long)(Stopwatch.GetTimestamp() * Nanoseconds);

    public override long Now => Timestamp;

    public override void WaitUntil(long time, WaitHandle stop)
    {
        long left = time - Now;
        if (left > 0) stop.WaitOne(TimeSpan.FromMilliseconds(left / 1e6));
    }
}

/// <summary>A clock that advances only by waiting: for tests, a whole replay in no time.</summary>
public sealed class SteppedClock : FrameClock
{
    private long _now;

    public override long Now => Interlocked.Read(ref _now);

    public override void WaitUntil(long time, WaitHandle stop) => Interlocked.Exchange(ref _now, Math.Max(_now, time));
}
