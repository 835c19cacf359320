using System.Runtime.InteropServices;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// Reads class indices back from colours. PASCAL VOC stores labels as palette PNGs, which OpenCV expands to colours; the palette's
/// colours are all different (bits of the index spread over R, G and B).
/// </summary>
internal static class VocPalette
{
    private static readonly Dictionary<int, byte> IndexOf = Enumerable.Range(0, 256).ToDictionary(Color, i => (byte)i);

    /// <summary>8-bit indices of a BGR or BGRA label image.</summary>
    /// <exception cref="UserError">A colour is not in the palette.</exception>
    public static unsafe Mat Indices(Mat colors, string file)
    {
        using Mat bgr = new();
        if (colors.Channels() == 4) Cv2.CvtColor(colors, bgr, ColorConversionCodes.BGRA2BGR);
        else colors.CopyTo(bgr);
        Mat indices = new(bgr.Size(), MatType.CV_8UC1);
        ReadOnlySpan<Vec3b> pixels = MemoryMarshal.Cast<byte, Vec3b>(new ReadOnlySpan<byte>(bgr.DataPointer, (int)bgr.Total() * 3));
        byte* to = indices.DataPointer;
        for (int i = 0; i < pixels.Length; i++)
        {
            Vec3b p = pixels[i];
            if (!IndexOf.TryGetValue((p.Item2 << 16) | (p.Item1 << 8) | p.Item0, out to[i]))
                throw NotInPalette(file, p);
        }

        return indices;
    }

    private static UserError NotInPalette(string file, Vec3b bgr) => new(
        $"{file} has the colour ({bgr.Item2}, {bgr.Item1}, {bgr.Item0}), which is not in PASCAL VOC's palette: " +
        "save labels as indices or with that palette");

    /// <summary>0xRRGGBB of an index: its bits 0, 1, 2 give the top bits of R, G, B, bits 3, 4, 5 the next, and so on.</summary>
    private static int Color(int index)
    {
        int r = 0, g = 0, b = 0;
        for (int bit = 7; index > 0; bit--, index >>= 3)
        {
            r |= (index & 1) << bit;
            g |= ((index >> 1) & 1) << bit;
            b |= ((index >> 2) & 1) << bit;
        }

        return (r << 16) | (g << 8) | b;
    }
}
