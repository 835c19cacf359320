namespace RealtimeSeg.Frames;

/// <summary>
/// Hands frames from one thread to the next and never makes the producer wait: when it is full, the oldest frame inside comes back as
/// dropped. With room for every slot it is a lossless queue; with room for one, a mailbox in which the latest wins.
/// Nothing is allocated after construction.
/// </summary>
/// <param name="capacity">Frames that fit in.</param>
public sealed class FrameChannel(int capacity)
{
    private readonly Queue<FrameSlot> _slots = new(capacity);
    private readonly object _lock = new();
    private bool _closed;
    private long _dropped;

    /// <summary>Frames that a newer one pushed out.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether it is closed and empty: no more frames will come.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_lock) return _closed && _slots.Count == 0;
        }
    }

    /// <summary>Passes a frame on. Returns a slot for reuse if there was no room: the oldest inside.</summary>
    public FrameSlot? Put(FrameSlot slot)
    {
        lock (_lock)
        {
            FrameSlot? oldest = null;
            if (_slots.Count == capacity)
            {
                oldest = _slots.Dequeue();
                (_slots.TryPeek(out FrameSlot? next) ? next : slot).Jumped |= oldest.Jumped; // the next frame now follows the jump
                _dropped++;
            }

            _slots.Enqueue(slot);
            Monitor.Pulse(_lock);
            return oldest;
        }
    }

    /// <summary>Takes the oldest frame; null if none came within the time, or if the channel is closed and empty.</summary>
    /// <param name="milliseconds">How long to wait; −1 for no limit.</param>
    public FrameSlot? Take(int milliseconds = Timeout.Infinite)
    {
        lock (_lock)
        {
            if (_slots.Count == 0 && !_closed) Monitor.Wait(_lock, milliseconds);
            return _slots.TryDequeue(out FrameSlot? slot) ? slot : null;
        }
    }

    /// <summary>Ends the channel: takers get what is left, then null.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
