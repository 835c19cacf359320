using System.Globalization;
using System.Text.RegularExpressions;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>PNG files: one of the last picture (FILE.png), or all of them (NAME%06d.png).</summary>
public sealed partial class ImageSink(string path) : ISink
{
    private readonly Match _number = NumberPattern().Match(path);
    private byte[]? _last;
    private int _frames;
    private bool _transparent;

    public void Present(Renderer renderer, FrameSlot slot)
    {
        if (!_number.Success)
        {
            _last ??= new byte[renderer.Pixels().Length];
            renderer.Pixels().CopyTo(_last);
            (Width, Height, _transparent) = (renderer.Target!.Width, renderer.Target.Height, renderer.IsTransparent);
            return;
        }

        int digits = _number.Groups["digits"].Success ? int.Parse(_number.Groups["digits"].Value, CultureInfo.InvariantCulture) : 1;
        string name = path.Replace(_number.Value, _frames++.ToString("D" + digits, CultureInfo.InvariantCulture), StringComparison.Ordinal);
        Save(name, renderer.Pixels(), renderer.Target!.Width, renderer.Target.Height, renderer.IsTransparent);
    }

    public string? Finish()
    {
        if (_number.Success) return $"{path} ({_frames} pictures)";
        if (_last is null) return null;
        Save(path, _last, Width, Height, _transparent);
        return path;
    }

    public void Dispose()
    {
        // Each picture is complete when its call returns.
    }

    /// <summary>Writes a picture beside its target and renames it.</summary>
    public static unsafe void Save(string path, ReadOnlySpan<byte> rgba, int width, int height, bool transparent = false)
    {
        fixed (byte* p = rgba)
        {
            using Mat picture = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(picture, bgr, transparent ? ColorConversionCodes.RGBA2BGRA : ColorConversionCodes.RGBA2BGR);
            Cv2.ImEncode(".png", bgr, out byte[] png);
            AtomicFile.Write(path, png);
        }
    }

    private int Width { get; set; }

    private int Height { get; set; }

    [GeneratedRegex("%(0(?<digits>\\d))?d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberPattern();
}
