using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Each frame's labels as a palette PNG of the frame's size: FOLDER/000000.png and so on.</summary>
/// <param name="folder">Where the images go.</param>
/// <param name="context">Of the run.</param>
public sealed class LabelSink(string folder, SinkContext context) : ISink
{
    private readonly ImageSeries _series = new(Names(folder), context);
    private readonly Mat _large = new();

    /// <summary>The names of a folder's images, with a place for the frame's number.</summary>
    public static string Names(string folder) => Path.Combine(folder, "%06d.png");

    public bool NeedsLabels => true;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        LabelMap.Resize(slot.Labels, _large, slot.Image.Size());
        _series.Add(slot.Index, PalettePng.Encode(_large.AsSpan<byte>(), _large.Width, _large.Height, renderer.Palette));
    }

    public string? Finish() => _series.Count == 0 ? null : _series.Describe(folder, "label images");

    public void Dispose() => _large.Dispose();
}
