using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>PNG files: the last frame (FILE.png), or every frame (NAME%06d.png).</summary>
/// <param name="path">The file, or the files' names with a place for a number.</param>
/// <param name="context">Of the run.</param>
public sealed class ImageSink(string path, SinkContext context) : ISink
{
    private const string Extension = ".png";
    private readonly ImageSeries? _series = NumberedName.Matches(path) ? new ImageSeries(path, context) : null;
    private byte[]? _last;
    private int _width, _height;
    private bool _transparent;

    public static bool Matches(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    public void Present(Renderer renderer, FrameSlot slot)
    {
        (int width, int height, bool transparent) = (renderer.Target!.Width, renderer.Target.Height, renderer.IsTransparent);
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        if (_series is not null)
        {
            _series.Add(_series.Count, Encode(pixels, width, height, transparent));
            return;
        }

        if (_last?.Length != pixels.Length) _last = new byte[pixels.Length];
        pixels.CopyTo(_last);
        (_width, _height, _transparent) = (width, height, transparent);
    }

    public string? Finish()
    {
        if (_series is not null) return _series.Describe(path, "images");
        return _last is null
            ? null
            : AtomicFile.Write(path, Encode(_last, _width, _height, _transparent), context.Overwrite, context.Overdue);
    }

    public void Dispose()
    {
        // Each image is complete when its call returns.
    }

    /// <summary>An image as PNG.</summary>
    /// <param name="rgba">Width × height × 4 bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="transparent">Whether alpha is kept.</param>
    public static unsafe byte[] Encode(ReadOnlySpan<byte> rgba, int width, int height, bool transparent = false)
    {
        fixed (byte* p = rgba)
        {
            using Mat image = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(image, bgr, transparent ? ColorConversionCodes.RGBA2BGRA : ColorConversionCodes.RGBA2BGR);
            Cv2.ImEncode(Extension, bgr, out byte[] png);
            return png;
        }
    }
}
