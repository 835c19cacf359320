using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Each frame's labels as a palette PNG of the frame's size: FOLDER/000000.png and so on.</summary>
public sealed class LabelSink(string folder) : ISink
{
    private readonly string _names = Names(folder);
    private readonly Mat _large = new();
    private long _frames;

    /// <summary>The names of a folder's images, with a place for the frame's number.</summary>
    public static string Names(string folder) => Path.Combine(folder, "%06d.png");

    public void Present(Renderer renderer, FrameSlot slot)
    {
        LabelMap.Resize(slot.Labels, _large, slot.Image.Size());
        string path = NumberedName.At(_names, slot.Index);
        AtomicFile.Write(path, PalettePng.Encode(_large.AsSpan<byte>(), _large.Width, _large.Height, renderer.Palette));
        _frames++;
    }

    public string? Finish() => _frames == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"{folder} ({_frames} label images)");

    public void Dispose() => _large.Dispose();
}
