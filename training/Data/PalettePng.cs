using System.Buffers.Binary;
using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>PNGs whose pixels are indices into a palette, Pillow's mode P, of which OpenCV gives the palette's colours.</summary>
internal static class PalettePng
{
    private const int HeaderEnd = 33, Depth = 24, ColorType = 25, Around = 12;
    private const byte Gray = 0, Palette = 3;

    /// <summary>The indices, 8-bit; null if a file is no such PNG. The caller disposes them.</summary>
    /// <remarks>
    /// The same bytes under a header that says grey levels instead of a palette (PNG specification, section 11.2.2), without the
    /// chunks that a palette has: a decoder then gives the indices.
    /// </remarks>
    /// <param name="file">An image that OpenCV reads.</param>
    public static Mat? Indices(string file)
    {
        byte[] png = File.ReadAllBytes(file);
        if (png.Length < HeaderEnd || !png.AsSpan(12, 4).SequenceEqual("IHDR"u8) || png[ColorType] != Palette) return null;
        png[ColorType] = Gray;
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(HeaderEnd - 4), Crc(png.AsSpan(12, HeaderEnd - 16)));
        using MemoryStream gray = new();
        gray.Write(png.AsSpan(0, HeaderEnd));
        bool ends = false;
        for (int at = HeaderEnd, length; !ends; at += length)
        {
            length = Around + (int)BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at));
            ReadOnlySpan<byte> type = png.AsSpan(at + 4, 4);
            ends = type.SequenceEqual("IEND"u8);
            if (ends || type.SequenceEqual("IDAT"u8)) gray.Write(png.AsSpan(at, length));
        }

        Mat levels = Cv2.ImDecode(gray.ToArray(), ImreadModes.Grayscale);
        int step = byte.MaxValue / ((1 << png[Depth]) - 1); // grey levels of fewer bits are spread over 0 to 255
        if (step > 1) levels.ConvertTo(levels, MatType.CV_8UC1, 1.0 / step);
        return levels;
    }

    /// <summary>The checksum of a chunk (PNG specification, annex D).</summary>
    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}
