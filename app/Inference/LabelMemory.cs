using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>The labels of the last frame that the network ran on, for frames that may skip the network. Used by one thread.</summary>
internal sealed class LabelMemory : IDisposable
{
    private readonly Mat _labels = new(), _confidence = new();

    public void Remember(FrameSlot slot)
    {
        slot.Labels.CopyTo(_labels);
        slot.Confidence.CopyTo(_confidence);
    }

    /// <summary>Gives a frame the labels that are remembered.</summary>
    public void Recall(FrameSlot slot)
    {
        _labels.CopyTo(slot.Labels);
        _confidence.CopyTo(slot.Confidence);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _confidence.Dispose();
    }
}
