using System.Runtime.ExceptionServices;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// Capture and inference on a thread each. Lossless: as many slots as asked for and queues with room for all, so that a slow stage
/// holds the others up. Latest wins: mailboxes between the stages, a slot for each mailbox and each stage.
/// </summary>
public sealed class PipelinedSupply : IFrameSupply
{
    private const int LatestSlots = 5;
    private readonly Stages _stages;
    private readonly FrameSlot[] _slots;
    private readonly FrameChannel _free, _captured, _labelled;
    private readonly Thread[] _threads;
    private volatile bool _stop;
    private ExceptionDispatchInfo? _failure;

    public PipelinedSupply(Stages stages, bool latestWins, int losslessSlots)
    {
        _stages = stages;
        _slots = [.. Enumerable.Range(0, latestWins ? LatestSlots : losslessSlots).Select(_ => new FrameSlot())];
        _free = new FrameChannel(_slots.Length);
        _captured = new FrameChannel(latestWins ? 1 : _slots.Length);
        _labelled = new FrameChannel(latestWins ? 1 : _slots.Length);
        foreach (FrameSlot s in _slots) _free.Put(s);
        _threads = [Start("capture", Capture, _captured), Start("inference", Label, _labelled)];
    }

    public bool IsFinished => _labelled.IsFinished;

    public long Dropped => _captured.Dropped + _labelled.Dropped;

    public FrameSlot? Take(int milliseconds)
    {
        FrameSlot? slot = _labelled.Take(milliseconds);
        if (slot is null && _labelled.IsFinished) _failure?.Throw();
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
