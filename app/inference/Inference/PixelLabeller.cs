using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>Labels images for callers without slots, on the app's way through one of its own. Used by one thread at a time.</summary>
/// <param name="model">The network, which stays loaded until this is disposed.</param>
internal sealed class PixelLabeller(Segmenter model) : IDisposable
{
    private readonly FrameSlot _slot = new();
    private readonly Mat _large = new();

    /// <summary>Fills maps of the image's size.</summary>
    /// <inheritdoc cref="Segmenter.SegmentInto"/>
    public void Label(PixelRows image, Span<byte> labels, Span<byte> confidence)
    {
        image.CopyTo(_slot.Image);
        model.Fit(_slot);
        model.Infer(_slot);
        Give(_slot.Labels, image.Size, labels);
        if (!confidence.IsEmpty) Give(_slot.Confidence, image.Size, confidence);
    }

    public void Dispose()
    {
        _slot.Dispose();
        _large.Dispose();
    }

    /// <summary>A map of the network's size at the image's, each pixel from the same place in every map.</summary>
    private void Give(Mat map, Size size, Span<byte> target)
    {
        if (map.Size() == size)
        {
            map.AsSpan<byte>().CopyTo(target);
            return;
        }

        LabelMap.Resize(map, _large, size);
        _large.AsSpan<byte>().CopyTo(target);
    }
}
