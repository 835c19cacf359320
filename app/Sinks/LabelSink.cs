using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Each frame's labels as a palette PNG of the frame's size, named as <see cref="FolderSink"/> names images.</summary>
/// <param name="folder">Where the images go.</param>
/// <param name="context">Of the run.</param>
public sealed class LabelSink(string folder, SinkContext context) : ISink
{
    /// <summary>What they are stored as.</summary>
    public const string Extension = ".png";

    private readonly ImageSeries _series = new(context);
    private readonly FolderNames _names = new(folder, Extension);
    private readonly PalettePng _png = new();
    private readonly Mat _large = new();

    public bool NeedsLabels => true;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        LabelMap.Resize(slot.Labels, _large, slot.Image.Size());
        ReadOnlyMemory<byte> png = _png.Encode(_large.AsSpan<byte>(), _large.Width, _large.Height, renderer.Palette);
        (string name, bool again) = _names.Of(slot);
        _series.Add(name, png, again);
    }

    public string? Finish() => _series.Count == 0 ? null : _series.Describe(folder, "label images");

    public void Dispose()
    {
        _large.Dispose();
        _png.Dispose();
    }
}
