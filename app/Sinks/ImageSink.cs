using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Image files: the last frame (FILE.png), or every frame (NAME%06d.png); .jpg and .webp likewise.</summary>
/// <param name="path">The file, or the files' names with a place for a number.</param>
/// <param name="context">Of the run.</param>
public sealed class ImageSink(string path, SinkContext context) : ISink
{
    private readonly string _extension = Path.GetExtension(path);
    private readonly ImageSeries? _series = NumberedName.Matches(path) ? new ImageSeries(context) : null;
    private byte[]? _last;
    private int _width, _height;
    private bool _transparent;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        (int width, int height, bool transparent) = (renderer.Target!.Width, renderer.Target.Height, renderer.IsTransparent);
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        if (_series is not null)
        {
            string name = NumberedName.At(path, _series.Count);
            _series.Add(name, ImageCodec.Encode(pixels, width, height, _extension, transparent));
            return;
        }

        if (_last?.Length != pixels.Length) _last = new byte[pixels.Length];
        pixels.CopyTo(_last);
        (_width, _height, _transparent) = (width, height, transparent);
    }

    public string? Finish()
    {
        if (_series is not null) return _series.Describe(path, "images");
        if (_last is null) return null;
        byte[] bytes = ImageCodec.Encode(_last, _width, _height, _extension, _transparent);
        return AtomicFile.Write(path, bytes, context.Overwrite, context.Overdue);
    }

    public void Dispose()
    {
        // Each image is complete when its call returns.
    }
}
