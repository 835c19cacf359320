using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// First stage of a frame's way: reads it from the source, at the right time. Its fields belong to the thread that captures, which is the
/// only one that calls <see cref="Run"/>; after the run, the loop reads <see cref="Captured"/>.
/// </summary>
internal sealed class CaptureStage(EngineParts parts, EngineOptions options, Controls controls)
{
    private readonly WaitHandle _stop = parts.Stop.Token.WaitHandle;
    private long _captured, _due;
    private long? _firstArrived;
    private double? _lastSeconds;

    /// <summary>Frames read so far.</summary>
    public long Captured => Volatile.Read(ref _captured);

    /// <summary>Fills a slot's image; false at the end of the source or the run.</summary>
    public bool Run(FrameSlot slot)
    {
        if (parts.Stop.IsCancellationRequested || _captured >= options.MostRead) return false;
        slot.Jumped = controls.TakeSeek() is not 0 and double seconds && parts.Source.Seek(seconds);
        long requested = parts.Clock.Now;
        if (!parts.Source.Read(slot.Image)) return false;
        FrameTiming timing = parts.Source.Timing;
        long took = parts.Clock.Now - Math.Max(requested, timing.Arrived ?? 0); // waiting for a camera is no work
        if (options.Paced && timing.Seconds is { } due) WaitUntilDue(due, slot.Jumped);
        slot[Stamp.Captured] = parts.Clock.Now;
        slot[Stamp.Requested] = slot[Stamp.Captured] - took; // the wait is not the source's
        slot[Stamp.Arrived] = timing.Arrived ?? slot[Stamp.Captured];
        slot.Seconds = timing.Seconds ?? (slot[Stamp.Arrived] - (_firstArrived ??= slot[Stamp.Arrived])) / 1e9;
        slot.Index = _captured;
        slot.Picture = parts.Source.Picture;
        Volatile.Write(ref _captured, _captured + 1);
        return true;
    }

    /// <summary>Waits for a recording's time, as far from that of the frame before as the two are in the recording.</summary>
    private void WaitUntilDue(double seconds, bool jumped)
    {
        double between = jumped ? 0 : Math.Max(0, seconds - (_lastSeconds ?? seconds));
        long ahead = (long)Math.Round(1e9 * between / controls.Speed);
        _lastSeconds = seconds;
        _due = Math.Max(_due + ahead, parts.Clock.Now - ahead); // after a pause, resume rather than catch up
        parts.Clock.WaitUntil(_due, _stop);
    }
}
