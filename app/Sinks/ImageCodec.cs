using OpenCvSharp;

namespace RealtimeSeg.Sinks;

/// <summary>The formats of image files that are written.</summary>
public static class ImageCodec
{
    private const int JpegQuality = 95, WebpQuality = 90;

    /// <summary>Extensions with their dots; the first is the usual one.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp"];

    /// <summary>Whether a file's name ends with one of them.</summary>
    public static bool Matches(string name) => Extensions.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether files of a name can hold transparency.</summary>
    public static bool HoldsAlpha(string name) => !Path.GetExtension(name).StartsWith(".jp", StringComparison.OrdinalIgnoreCase);

    /// <summary>An image as a file.</summary>
    /// <param name="rgba">Width × height × 4 bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="extension">One of <see cref="Extensions"/>.</param>
    /// <param name="transparent">Whether alpha is kept.</param>
    public static unsafe byte[] Encode(
        ReadOnlySpan<byte> rgba, int width, int height, string extension = ".png", bool transparent = false)
    {
        fixed (byte* p = rgba)
        {
            using Mat image = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            bool alpha = transparent && HoldsAlpha(extension);
            Cv2.CvtColor(image, bgr, alpha ? ColorConversionCodes.RGBA2BGRA : ColorConversionCodes.RGBA2BGR);
            Cv2.ImEncode(extension.ToLowerInvariant(), bgr, out byte[] bytes, Parameters(extension));
            return bytes;
        }
    }

    private static int[] Parameters(string extension) => extension.ToUpperInvariant() switch
    {
        ".JPG" or ".JPEG" => [(int)ImwriteFlags.JpegQuality, JpegQuality],
        ".WEBP" => [(int)ImwriteFlags.WebPQuality, WebpQuality],
        _ => [],
    };
}
