using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// Capture on its own thread, and inference too if it may run ahead of the drawing. Lossless: as many slots as asked for and queues with
/// room for all, so that a slow stage holds the others up. Latest wins: mailboxes between the stages, and a slot for each mailbox and
/// each stage. In both, one more slot keeps the frame that was shown last.
/// </summary>
internal sealed class PipelinedSupply : IFrameSupply
{
    private readonly CaptureStage _capture;
    private readonly LabelStage _label;
    private readonly FrameSlot[] _slots;
    private readonly FrameChannel _free, _captured, _labelled;
    private readonly Worker[] _stages;
    private readonly CancellationToken _overdue;
    private volatile bool _stop;

    /// <param name="capture">Run on a thread of its own.</param>
    /// <param name="label">Run on a thread of its own, if at all.</param>
    /// <param name="latestWins">Skip frames rather than show old ones.</param>
    /// <param name="losslessSlots">Frames in flight if none may be skipped.</param>
    /// <param name="labelAhead">Whether labelling has a thread of its own here.</param>
    /// <param name="overdue">Cancelled when there is no time left to wait for a stage.</param>
    public PipelinedSupply(
        CaptureStage capture, LabelStage label, bool latestWins, int losslessSlots, bool labelAhead, CancellationToken overdue)
    {
        (_capture, _label, LabelsAhead, _overdue) = (capture, label, labelAhead, overdue);
        int slots = 1 + (!latestWins ? losslessSlots : labelAhead ? 5 : 3);
        _slots = [.. Enumerable.Range(0, slots).Select(_ => new FrameSlot())];
        _free = new FrameChannel(slots);
        _captured = new FrameChannel(latestWins ? 1 : slots);
        _labelled = labelAhead ? new FrameChannel(latestWins ? 1 : slots) : _captured;
        foreach (FrameSlot s in _slots) _free.Put(s);
        // The end of a stage, good or bad, closes the channel that it fills; a failure is thrown where frames are taken.
        Worker capturing = Worker.Start("capture", CaptureAll, _captured.Close);
        _stages = labelAhead ? [capturing, Worker.Start("inference", LabelAll, _labelled.Close)] : [capturing];
    }

    public bool IsFinished => _labelled.IsFinished;

    public bool LabelsAhead { get; }

    public long Dropped => _captured.Dropped + (LabelsAhead ? _labelled.Dropped : 0);

    public FrameSlot? Take(int milliseconds)
    {
        FrameSlot? slot = _labelled.Take(milliseconds);
        if (slot is null && _labelled.IsFinished) Array.ForEach(_stages, s => s.ThrowIfFailed());
        return slot;
    }

    public void Return(FrameSlot slot) => _free.Put(slot);

    public void Dispose()
    {
        _stop = true;
        _free.Close();
        _captured.Close();
        bool ended = Array.TrueForAll(_stages, s => s.Join(_overdue));
        if (!ended) return; // what hangs may still use its slot, and goes with the process
        foreach (FrameSlot s in _slots) s.Dispose();
    }

    private void CaptureAll()
    {
        while (!_stop && _free.Take() is { } slot)
        {
            if (!_capture.Run(slot)) return;
            Pass(slot, _captured);
        }
    }

    private void LabelAll()
    {
        while (!_stop && _captured.Take() is { } slot)
        {
            _label.Run(slot);
            Pass(slot, _labelled);
        }
    }

    private void Pass(FrameSlot slot, FrameChannel to)
    {
        if (to.Put(slot) is { } dropped) _free.Put(dropped);
    }
}
