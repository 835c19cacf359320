using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace RealtimeSeg.Sinks;

/// <summary>8-bit PNGs with a palette (PNG specification, colour type 3), as PASCAL VOC keeps labels: neither OpenCV nor Skia writes them.</summary>
public static class PalettePng
{
    private static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(n => Enumerable.Range(0, 8).Aggregate((uint)n, (c, _) => (c & 1) != 0 ? 0xEDB88320u ^ (c >> 1) : c >> 1))];

    private static ReadOnlySpan<byte> Signature => [137, 80, 78, 71, 13, 10, 26, 10];

    /// <param name="indices">width × height bytes, top row first.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="palette">0xRRGGBB by index; indices beyond it are black.</param>
    public static byte[] Encode(ReadOnlySpan<byte> indices, int width, int height, IReadOnlyList<int> palette)
    {
        using MemoryStream png = new();
        png.Write(Signature);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 3); // bits a sample, colour type
        Chunk(png, "IHDR", header);
        byte[] colors = new byte[256 * 3];
        for (int i = 0; i < palette.Count; i++) (colors[i * 3], colors[(i * 3) + 1], colors[(i * 3) + 2]) = ((byte)(palette[i] >> 16), (byte)(palette[i] >> 8), (byte)palette[i]);
        Chunk(png, "PLTE", colors);
        using (MemoryStream packed = new())
        {
            using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            {
                for (int y = 0; y < height; y++)
                {
                    zlib.WriteByte(0); // no filter: neighbouring labels are equal, which deflate sees by itself
                    zlib.Write(indices.Slice(y * width, width));
                }
            }

            Chunk(png, "IDAT", packed.ToArray());
        }

        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(MemoryStream png, string type, ReadOnlySpan<byte> data)
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
        foreach (byte b in data) crc = Table[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }
}
