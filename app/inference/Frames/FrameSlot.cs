using OpenCvSharp;

namespace RealtimeSeg.Frames;

/// <summary>
/// One frame on its way: its image, what the network read, the labels it gave, and when. They travel together, so that a mask is never
/// drawn over another frame's image. One thread holds a slot at a time; buffers are kept from frame to frame.
/// </summary>
public sealed class FrameSlot : IDisposable
{
    private readonly long[] _stamps = new long[Enum.GetValues<Stamp>().Length];

    /// <summary>The image as captured, 8-bit BGR.</summary>
    public Mat Image { get; } = new();

    /// <summary>The image at the network's size, 8-bit BGR.</summary>
    public Mat Fitted { get; } = new();

    /// <summary>The size at which the network labels it, in pixels; the labels', too.</summary>
    public Size LabelSize { get; set; }

    /// <summary>
    /// Whether its labels are in the renderer's textures; then <see cref="Fitted"/> and <see cref="Confidence"/> say nothing, and
    /// <see cref="Labels"/> has them only if a sink needs them.
    /// </summary>
    public bool IsOnGpu { get; set; }

    /// <summary>Class of each pixel, 8-bit, at the network's size.</summary>
    public Mat Labels { get; } = new();

    /// <summary>Probability of that class in 0–255, at the network's size.</summary>
    public Mat Confidence { get; } = new();

    /// <summary>By label, whether <see cref="Foreground"/> is to count it; null if nobody wants to know.</summary>
    public bool[]? Wanted { get; set; }

    /// <summary>The labels that <see cref="Foreground"/> counts, as they were wanted; null if it holds nothing.</summary>
    public bool[]? ForegroundOf { get; set; }

    /// <summary>Probability in 0–255 of several classes together, as the network gave it, at its size.</summary>
    public Mat Foreground { get; } = new();

    /// <summary>Number of the frame in its source, from 0.</summary>
    public long Index { get; set; }

    /// <summary>Name of the image file that it is, within what the source reads; null if it is no file of its own.</summary>
    public string? Picture { get; set; }

    /// <summary>
    /// Its time in seconds: presentation time in a recording, which a seek or a repetition may set back; time since the first frame
    /// arrived if the source is live.
    /// </summary>
    public double Seconds { get; set; }

    /// <summary>Whether it does not follow the frame before it: the user jumped to it.</summary>
    public bool Jumped { get; set; }

    /// <summary>When the frame that the labels were made from arrived: this frame, or an earlier one whose labels it kept.</summary>
    public long LabelledFrom { get; set; }

    /// <summary>The model that gave the labels; null before the first labels.</summary>
    public IFrameModel? LabelledBy { get; set; }

    /// <summary>The model bound to this slot's buffers; null before the first frame. Disposed with the slot.</summary>
    public ISlotBinding? Binding { get; set; }

    /// <summary>When the frame passed a moment, in the clock's nanoseconds.</summary>
    public long this[Stamp s]
    {
        get => _stamps[(int)s];
        set => _stamps[(int)s] = value;
    }

    public void Dispose()
    {
        Binding?.Dispose();
        Foreground.Dispose();
        Confidence.Dispose();
        Labels.Dispose();
        Fitted.Dispose();
        Image.Dispose();
    }
}
