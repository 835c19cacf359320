using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>PNG files: the last frame (FILE.png), or every frame (NAME%06d.png).</summary>
public sealed class ImageSink(string path) : ISink
{
    private const string Extension = ".png";
    private readonly bool _isSequence = NumberedName.Matches(path);
    private byte[]? _last;
    private int _width, _height, _frames;
    private bool _transparent;

    public static bool Matches(string name) => name.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    public void Present(Renderer renderer, FrameSlot slot)
    {
        (int width, int height, bool transparent) = (renderer.Target!.Width, renderer.Target.Height, renderer.IsTransparent);
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        if (_isSequence)
        {
            Save(NumberedName.At(path, _frames++), pixels, width, height, transparent);
            return;
        }

        if (_last?.Length != pixels.Length) _last = new byte[pixels.Length];
        pixels.CopyTo(_last);
        (_width, _height, _transparent) = (width, height, transparent);
    }

    public string? Finish()
    {
        if (_isSequence) return $"{path} ({_frames} images)";
        if (_last is null) return null;
        Save(path, _last, _width, _height, _transparent);
        return path;
    }

    public void Dispose()
    {
        // Each image is complete when its call returns.
    }

    /// <summary>Writes an image as PNG.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rgba">Width × height × 4 bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="transparent">Whether alpha is kept.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static unsafe void Save(string path, ReadOnlySpan<byte> rgba, int width, int height, bool transparent = false)
    {
        fixed (byte* p = rgba)
        {
            using Mat image = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(image, bgr, transparent ? ColorConversionCodes.RGBA2BGRA : ColorConversionCodes.RGBA2BGR);
            Cv2.ImEncode(Extension, bgr, out byte[] png);
            AtomicFile.Write(path, png);
        }
    }
}
