using System.Buffers.Binary;
using System.IO.Compression;

namespace RealtimeSeg.Sinks;

/// <summary>
/// 8-bit PNGs with a palette (PNG specification, colour type 3), the format of PASCAL VOC's labels. Neither OpenCV nor Skia writes them.
/// Buffers are kept from one image to the next.
/// </summary>
public sealed class PalettePng : IDisposable
{
    private const int BitsPerSample = 8, PaletteColorType = 3, HeaderBytes = 13, Colors = 256;

    /// <summary>CRC-32 of every byte (PNG specification, annex D).</summary>
    private static readonly uint[] Crcs = [.. Enumerable.Range(0, 256).Select(n => CrcOf((uint)n))];

    private readonly MemoryStream _png = new(), _packed = new();

    private static ReadOnlySpan<byte> Signature => [137, 80, 78, 71, 13, 10, 26, 10];

    /// <summary>An image as a file, in memory that the next image takes.</summary>
    /// <param name="indices">width × height bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="palette">0xRRGGBB by index; indices beyond it are black.</param>
    public ReadOnlyMemory<byte> Encode(ReadOnlySpan<byte> indices, int width, int height, IReadOnlyList<int> palette)
    {
        _png.SetLength(0);
        _png.Write(Signature);
        AppendHeader(width, height);
        AppendPalette(palette);
        Pack(indices, width, height);
        Append("IDAT"u8, Written(_packed).Span);
        Append("IEND"u8, []);
        return Written(_png);
    }

    public void Dispose()
    {
        _png.Dispose();
        _packed.Dispose();
    }

    private static ReadOnlyMemory<byte> Written(MemoryStream stream) => stream.GetBuffer().AsMemory(0, (int)stream.Length);

    private void AppendHeader(int width, int height)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        header.Clear();
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (BitsPerSample, PaletteColorType);
        Append("IHDR"u8, header);
    }

    private void AppendPalette(IReadOnlyList<int> palette)
    {
        Span<byte> rgb = stackalloc byte[Colors * 3];
        rgb.Clear();
        for (int i = 0; i < palette.Count; i++)
        {
            rgb[i * 3] = (byte)(palette[i] >> 16);
            rgb[(i * 3) + 1] = (byte)(palette[i] >> 8);
            rgb[(i * 3) + 2] = (byte)palette[i];
        }

        Append("PLTE"u8, rgb);
    }

    private void Pack(ReadOnlySpan<byte> indices, int width, int height)
    {
        _packed.SetLength(0);
        using ZLibStream zlib = new(_packed, CompressionLevel.Fastest, leaveOpen: true);
        ReadOnlySpan<byte> unfiltered = [0]; // neighbouring labels are equal, which deflate exploits by itself
        for (int y = 0; y < height; y++)
        {
            zlib.Write(unfiltered);
            zlib.Write(indices.Slice(y * width, width));
        }
    }

    private void Append(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        _png.Write(number);
        _png.Write(type);
        _png.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(Crc(0xFFFFFFFFu, type), data) ^ 0xFFFFFFFFu);
        _png.Write(number);
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
