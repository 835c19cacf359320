using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>Which frames may skip the network and keep the labels of the last one that did not. Used by one thread.</summary>
internal sealed class KeepRule(LabelOptions options) : IDisposable
{
    private const double Tolerance = 1e-3;

    private readonly StillDetector _still = new();
    private Size _size;
    private long _index;
    private double _seconds;
    private bool _remembers;

    /// <summary>When the frame arrived that the labels are from.</summary>
    public long LabelledFrom { get; private set; }

    /// <summary>Whether a frame may keep them.</summary>
    /// <param name="slot">The frame, whose label size is known.</param>
    /// <param name="image">What to look for changes in: the frame, scaled or not.</param>
    public bool Serves(FrameSlot slot, Mat image)
    {
        if (!_remembers || _size != slot.LabelSize) return false;
        if (slot.Index - _index < options.Every) return true; // counted from the last inference: frames may be missing in between
        if (options.MostPerSecond > 0 && IsSoon(slot.Seconds - _seconds)) return true;
        return options.SkipStill && _still.IsStill(image, _size);
    }

    /// <summary>Later frames may keep this one's labels.</summary>
    public void Remember(FrameSlot slot, Mat image)
    {
        (LabelledFrom, _index, _size, _remembers) = (slot[Stamp.Arrived], slot.Index, slot.LabelSize, true);
        _seconds = slot.Seconds;
        if (options.SkipStill) _still.Remember(image, _size);
    }

    /// <summary>No later frame may keep the labels that are remembered.</summary>
    public void Forget() => _remembers = false;

    public void Dispose() => _still.Dispose();

    /// <summary>
    /// Whether a frame comes too soon after the one that was labelled, in its source's time: a recording may be read faster than it was
    /// made. Frames do not come at exact multiples of a period.
    /// </summary>
    private bool IsSoon(double elapsed) => elapsed >= 0 && elapsed < (1 / options.MostPerSecond) - Tolerance;
}
