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

    /// <summary>Frames read so far.</summary>
    public long Captured => Volatile.Read(ref _captured);

    /// <summary>Fills a slot's image; false at the end of the source or the run.</summary>
    public bool Run(FrameSlot slot)
    {
        if (parts.Stop.IsCancellationRequested || _captured >= options.Limit) return false;
        if (options.Paced && !parts.Source.IsLive) WaitUntilDue();
        if (controls.TakeSeek() is not 0 and double seconds) parts.Source.Seek(seconds);
        slot[Stamp.Requested] = parts.Clock.Now;
        if (!parts.Source.Read(slot.Image)) return false;
        slot[Stamp.Captured] = parts.Clock.Now;
        slot.Index = _captured;
        Volatile.Write(ref _captured, _captured + 1);
        return true;
    }

    private void WaitUntilDue()
    {
        long period = (long)(1e9 / (parts.Source.FramesPerSecond * controls.Speed));
        _due = Math.Max(_due + period, parts.Clock.Now - period); // after a pause, resume rather than catch up
        parts.Clock.WaitUntil(_due, _stop);
    }
}
