using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Both stages on the thread that takes, one frame at a time.</summary>
internal sealed class InlineSupply(CaptureStage capture, LabelStage label) : IFrameSupply
{
    private readonly FrameSlot _slot = new();

    public bool IsFinished { get; private set; }

    public long Dropped => 0;

    public FrameSlot? Take(int milliseconds)
    {
        if (IsFinished || !capture.Run(_slot))
        {
            IsFinished = true;
            return null;
        }

        label.Run(_slot);
        return _slot;
    }

    public void Return(FrameSlot slot)
    {
        // There is only one.
    }

    public void Dispose() => _slot.Dispose();
}
