using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Everything on the calling thread, one frame at a time.</summary>
public sealed class InlineSupply(Stages stages) : IFrameSupply
{
    private readonly FrameSlot _slot = new();

    public bool IsFinished { get; private set; }

    public long Dropped => 0;

    public FrameSlot? Take(int milliseconds)
    {
        if (IsFinished || !stages.Capture(_slot))
        {
            IsFinished = true;
            return null;
        }

        stages.Label(_slot);
        return _slot;
    }

    public void Return(FrameSlot slot)
    {
        // There is only the one.
    }

    public void Dispose() => _slot.Dispose();
}
