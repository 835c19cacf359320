using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>The labels of the last frame that the network ran on, for frames that may skip the network. Used by one thread.</summary>
internal sealed class LabelMemory(LabelOptions options) : IDisposable
{
    private readonly StillDetector _still = new();
    private readonly Mat _labels = new(), _confidence = new();
    private long _labelledFrom, _index;
    private bool _remembers;

    /// <summary>Whether a fitted frame may keep the labels that are remembered.</summary>
    public bool Serves(FrameSlot slot)
    {
        if (!_remembers || _labels.Size() != slot.Labels.Size()) return false;
        if (slot.Index - _index < options.Every) return true; // counted from the last inference: frames may be missing in between
        if (options.MostPerSecond > 0 && slot[Stamp.Arrived] - _labelledFrom < 1e9 / options.MostPerSecond) return true;
        return options.SkipStill && _still.IsStill(slot.Fitted);
    }

    public void Remember(FrameSlot slot)
    {
        slot.Labels.CopyTo(_labels);
        slot.Confidence.CopyTo(_confidence);
        (_labelledFrom, _index, _remembers) = (slot[Stamp.Arrived], slot.Index, true);
        if (options.SkipStill) _still.Remember(slot.Fitted);
    }

    /// <summary>No later frame may keep the labels that are remembered.</summary>
    public void Forget() => _remembers = false;

    /// <summary>Gives a frame the labels that are remembered.</summary>
    public void Recall(FrameSlot slot)
    {
        _labels.CopyTo(slot.Labels);
        _confidence.CopyTo(slot.Confidence);
        slot.LabelledFrom = _labelledFrom;
    }

    public void Dispose()
    {
        _still.Dispose();
        _labels.Dispose();
        _confidence.Dispose();
    }
}
