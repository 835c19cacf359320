using System.Runtime.ExceptionServices;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// Capture on its own thread, and inference too if it may run ahead of the drawing. Lossless: as many slots as asked for and queues with
/// room for all, so that a slow stage holds the others up. Latest wins: mailboxes between the stages, and a slot for each mailbox and
/// each stage.
/// </summary>
internal sealed class PipelinedSupply : IFrameSupply
{
    private readonly CaptureStage _capture;
    private readonly LabelStage _label;
    private readonly bool _labelAhead;
    private readonly FrameSlot[] _slots;
    private readonly FrameChannel _free, _captured, _labelled;
    private readonly Thread[] _threads;
    private volatile bool _stop;

    /// <summary>What ended a stage; written before its channel is closed.</summary>
    private ExceptionDispatchInfo? _failure;

    /// <param name="capture">Run on a thread of its own.</param>
    /// <param name="label">Run on a thread of its own, or on the one that takes.</param>
    /// <param name="latestWins">Skip frames rather than show old ones.</param>
    /// <param name="losslessSlots">Frames in flight if none may be skipped.</param>
    /// <param name="labelAhead">Whether labelling has a thread of its own.</param>
    public PipelinedSupply(CaptureStage capture, LabelStage label, bool latestWins, int losslessSlots, bool labelAhead)
    {
        (_capture, _label, _labelAhead) = (capture, label, labelAhead);
        int slots = !latestWins ? losslessSlots : labelAhead ? 5 : 3;
        _slots = [.. Enumerable.Range(0, slots).Select(_ => new FrameSlot())];
        _free = new FrameChannel(slots);
        _captured = new FrameChannel(latestWins ? 1 : slots);
        _labelled = labelAhead ? new FrameChannel(latestWins ? 1 : slots) : _captured;
        foreach (FrameSlot s in _slots) _free.Put(s);
        Thread capturing = Start("capture", CaptureAll, fills: _captured);
        _threads = labelAhead ? [capturing, Start("inference", LabelAll, fills: _labelled)] : [capturing];
    }

    public bool IsFinished => _labelled.IsFinished;

    public long Dropped => _captured.Dropped + (_labelAhead ? _labelled.Dropped : 0);

    public FrameSlot? Take(int milliseconds)
    {
        FrameSlot? slot = _labelled.Take(milliseconds);
        if (slot is null && _labelled.IsFinished) _failure?.Throw();
        if (slot is not null && !_labelAhead) _label.Run(slot);
        return slot;
    }

    public void Return(FrameSlot slot) => _free.Put(slot);

    public void Dispose()
    {
        _stop = true;
        _free.Close();
        _captured.Close();
        foreach (Thread t in _threads) t.Join();
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

    /// <summary>
    /// Runs a loop on a thread. Its end, good or bad, closes the channel that it fills; a failure is thrown where frames are taken.
    /// </summary>
    private Thread Start(string name, Action loop, FrameChannel fills)
    {
        Thread thread = new(() =>
        {
            try
            {
                loop();
            }
#pragma warning disable CA1031 // Any exception is thrown again on the thread that draws.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure ??= ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                fills.Close();
            }
        })
        { Name = name, IsBackground = true };
        thread.Start();
        return thread;
    }
}
