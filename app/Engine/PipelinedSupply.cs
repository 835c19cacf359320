using System.Runtime.ExceptionServices;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// Capture on its own thread, and inference too where it may run ahead of the drawing. Lossless: as many slots as asked for and queues
/// with room for all, so that a slow stage holds the others up. Latest wins: mailboxes between the stages, a slot for each mailbox
/// and each stage.
/// </summary>
public sealed class PipelinedSupply : IFrameSupply
{
    private readonly Stages _stages;
    private readonly bool _labelAhead;
    private readonly FrameSlot[] _slots;
    private readonly FrameChannel _free, _captured, _labelled;
    private readonly Thread[] _threads;
    private volatile bool _stop;
    private ExceptionDispatchInfo? _failure;

    /// <param name="stages">What to run.</param>
    /// <param name="latestWins">Skip frames rather than show old ones.</param>
    /// <param name="losslessSlots">Frames in flight when none may be skipped.</param>
    /// <param name="labelAhead">Inference on a thread of its own; otherwise on the thread that takes the frame.</param>
    public PipelinedSupply(Stages stages, bool latestWins, int losslessSlots, bool labelAhead)
    {
        (_stages, _labelAhead) = (stages, labelAhead);
        int slots = !latestWins ? losslessSlots : labelAhead ? 5 : 3;
        _slots = [.. Enumerable.Range(0, slots).Select(_ => new FrameSlot())];
        _free = new FrameChannel(slots);
        _captured = new FrameChannel(latestWins ? 1 : slots);
        _labelled = labelAhead ? new FrameChannel(latestWins ? 1 : slots) : _captured;
        foreach (FrameSlot s in _slots) _free.Put(s);
        Thread capture = Start("capture", Capture, _captured);
        _threads = labelAhead ? [capture, Start("inference", Label, _labelled)] : [capture];
    }

    public bool IsFinished => _labelled.IsFinished;

    public long Dropped => _captured.Dropped + (_labelAhead ? _labelled.Dropped : 0);

    public FrameSlot? Take(int milliseconds)
    {
        FrameSlot? slot = _labelled.Take(milliseconds);
        if (slot is null && _labelled.IsFinished) _failure?.Throw();
        if (slot is not null && !_labelAhead) _stages.Label(slot);
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

    private void Capture()
    {
        while (!_stop && _free.Take() is { } slot)
        {
            if (!_stages.Capture(slot)) return;
            Pass(slot, _captured);
        }
    }

    private void Label()
    {
        while (!_stop && _captured.Take() is { } slot)
        {
            _stages.Label(slot);
            Pass(slot, _labelled);
        }
    }

    private void Pass(FrameSlot slot, FrameChannel to)
    {
        if (to.Put(slot) is { } dropped) _free.Put(dropped);
    }

    /// <summary>Runs a loop on a thread; its end, good or bad, closes the channel it fills, and a failure is thrown where frames are taken.</summary>
    private Thread Start(string name, Action loop, FrameChannel fills)
    {
        Thread thread = new(() =>
        {
            try
            {
                loop();
            }
#pragma warning disable CA1031 // Whatever it is, it is thrown again on the thread that draws.
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
