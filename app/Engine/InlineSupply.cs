using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Frames that the thread that takes them captures itself, one at a time.</summary>
internal sealed class InlineSupply(CaptureStage capture) : IFrameSupply
{
    private readonly FrameSlot _slot = new();

    public bool IsFinished { get; private set; }

    public bool LabelsAhead => false;

    public long Dropped => 0;

    public FrameSlot? Take(int milliseconds)
    {
        IsFinished = IsFinished || !capture.Run(_slot);
        return IsFinished ? null : _slot;
    }

    public void Return(FrameSlot slot)
    {
        // There is only one.
    }

    public void Dispose() => _slot.Dispose();
}
