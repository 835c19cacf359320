using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>The labels of the last frame that the network ran on, for frames that may skip the network. Used by one thread.</summary>
internal sealed class LabelMemory : IDisposable
{
    private readonly Mat _labels = new(), _confidence = new(), _foreground = new();
    private bool[]? _foregroundOf;

    public void Remember(FrameSlot slot)
    {
        slot.Labels.CopyTo(_labels);
        slot.Confidence.CopyTo(_confidence);
        _foregroundOf = slot.ForegroundOf;
        if (_foregroundOf is not null) slot.Foreground.CopyTo(_foreground);
    }

    /// <summary>Gives a frame the labels that are remembered.</summary>
    public void Recall(FrameSlot slot)
    {
        _labels.CopyTo(slot.Labels);
        _confidence.CopyTo(slot.Confidence);
        slot.ForegroundOf = _foregroundOf;
        if (_foregroundOf is not null) _foreground.CopyTo(slot.Foreground);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _confidence.Dispose();
        _foreground.Dispose();
    }
}
