namespace RealtimeSeg.Frames;

/// <summary>
/// Hands frames from one thread to the next and never makes the giver wait: when it is full, the oldest frame inside comes back as
/// dropped. With room for every slot there is it is a lossless queue, with room for one a mailbox in which the latest wins.
/// Nothing is allocated after construction.
/// </summary>
public sealed class FrameChannel(int capacity)
{
    private readonly Queue<FrameSlot> _slots = new(capacity);
    private readonly object _lock = new();
    private bool _closed;
    private long _dropped;

    /// <summary>Frames that a newer one pushed out.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>True when closed and empty: no frame will come any more.</summary>
    public bool IsFinished
    {
        get
        {
            lock (_lock) return _closed && _slots.Count == 0;
        }
    }

    /// <summary>Gives a frame on. What comes back is for reuse: the oldest inside if there was no room.</summary>
    public FrameSlot? Put(FrameSlot slot)
    {
        lock (_lock)
        {
            FrameSlot? oldest = null;
            if (_slots.Count == capacity)
            {
                oldest = _slots.Dequeue();
                _dropped++;
            }

            _slots.Enqueue(slot);
            Monitor.Pulse(_lock);
            return oldest;
        }
    }

    /// <summary>The oldest frame; null when none came within the time, or the channel is closed and empty.</summary>
    /// <param name="milliseconds">How long to wait; −1 for as long as it takes.</param>
    public FrameSlot? Take(int milliseconds = Timeout.Infinite)
    {
        lock (_lock)
        {
            if (_slots.Count == 0 && !_closed) Monitor.Wait(_lock, milliseconds);
            return _slots.TryDequeue(out FrameSlot? slot) ? slot : null;
        }
    }

    /// <summary>No more frames: takers get what is left, then null.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
        }
    }
}
