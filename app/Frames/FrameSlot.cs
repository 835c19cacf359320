using OpenCvSharp;

namespace RealtimeSeg.Frames;

/// <summary>
/// One frame on its way: the picture, what the network read, what it said, and when. They travel together, so that a mask is never
/// drawn over another frame's picture. Buffers are kept from frame to frame.
/// </summary>
public sealed class FrameSlot : IDisposable
{
    private readonly long[] _stamps = new long[Enum.GetValues<Stamp>().Length];

    /// <summary>The picture as captured, 8-bit BGR.</summary>
    public Mat Image { get; } = new();

    /// <summary>The picture at the network's size, 8-bit BGR.</summary>
    public Mat Fitted { get; } = new();

    /// <summary>Class of each pixel, 8-bit, at the network's size.</summary>
    public Mat Labels { get; } = new();

    /// <summary>Probability of that class in 0–255, at the network's size.</summary>
    public Mat Confidence { get; } = new();

    /// <summary>Number of the frame in its source, from 0.</summary>
    public long Index { get; set; }

    /// <summary>When the frame was captured that the labels were made from: this one, or an earlier one whose labels it kept.</summary>
    public long LabelledFrom { get; set; }

    /// <summary>The model that gave the labels.</summary>
    public object? LabelledBy { get; set; }

    /// <summary>What the segmenter binds to this slot's buffers; it is disposed with the slot.</summary>
    public IDisposable? Binding { get; set; }

    public long this[Stamp s]
    {
        get => _stamps[(int)s];
        set => _stamps[(int)s] = value;
    }

    public void Dispose()
    {
        Binding?.Dispose();
        Confidence.Dispose();
        Labels.Dispose();
        Fitted.Dispose();
        Image.Dispose();
    }
}
