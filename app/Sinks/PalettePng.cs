using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RealtimeSeg.Sinks;

/// <summary>
/// 8-bit PNGs with a palette (PNG specification, colour type 3), the format of PASCAL VOC's labels. Neither OpenCV nor Skia writes them.
/// </summary>
public static class PalettePng
{
    private const int BitsPerSample = 8, PaletteColorType = 3, HeaderBytes = 13, Colors = 256;

    /// <summary>CRC-32 of every byte (PNG specification, annex D).</summary>
    private static readonly uint[] Crcs = [.. Enumerable.Range(0, 256).Select(n => CrcOf((uint)n))];

    private static ReadOnlySpan<byte> Signature => [137, 80, 78, 71, 13, 10, 26, 10];

    /// <param name="indices">width × height bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="palette">0xRRGGBB by index; indices beyond it are black.</param>
    public static byte[] Encode(ReadOnlySpan<byte> indices, int width, int height, IReadOnlyList<int> palette)
    {
        using MemoryStream png = new();
        png.Write(Signature);
        Append(png, "IHDR", Header(width, height));
        Append(png, "PLTE", Palette(palette));
        Append(png, "IDAT", Packed(indices, width, height));
        Append(png, "IEND", []);
        return png.ToArray();
    }

    private static byte[] Header(int width, int height)
    {
        byte[] header = new byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (BitsPerSample, PaletteColorType);
        return header;
    }

    private static byte[] Palette(IReadOnlyList<int> palette)
    {
        byte[] rgb = new byte[Colors * 3];
        for (int i = 0; i < palette.Count; i++)
        {
            rgb[i * 3] = (byte)(palette[i] >> 16);
            rgb[(i * 3) + 1] = (byte)(palette[i] >> 8);
            rgb[(i * 3) + 2] = (byte)palette[i];
        }

        return rgb;
    }

    private static byte[] Packed(ReadOnlySpan<byte> indices, int width, int height)
    {
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (int y = 0; y < height; y++)
            {
                zlib.WriteByte(0); // no filter: neighbouring labels are equal, which deflate exploits by itself
                zlib.Write(indices.Slice(y * width, width));
            }
        }

        return packed.ToArray();
    }

    private static void Append(MemoryStream png, string type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        png.Write(number);
        byte[] name = Encoding.ASCII.GetBytes(type);
        png.Write(name);
        png.Write(data);
        uint crc = Crc(Crc(0xFFFFFFFFu, name), data) ^ 0xFFFFFFFFu;
        BinaryPrimitives.WriteUInt32BigEndian(number, crc);
        png.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data) crc = Crcs[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    private static uint CrcOf(uint value)
    {
        for (int bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
        return value;
    }
}
