using System.Buffers.Binary;

namespace RealtimeSeg.Video;

/// <summary>
/// Raw RGBA video with a time per frame, as Matroska that ffmpeg reads from a pipe: a Segment without end, and a Cluster per frame.
/// </summary>
internal sealed class MatroskaWriter
{
    /// <summary>The SimpleBlock's own header: track 1, no time relative to its Cluster, a key frame.</summary>
    private static readonly byte[] BlockHeader = [0x81, 0, 0, 0x80];

    /// <summary>EBML's length of an element that ends with the stream.</summary>
    private static readonly byte[] Unknown = [0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    private const int VideoTrack = 1, MicrosecondInNanoseconds = 1000, LengthBytes = 8;
    private readonly Stream _to;
    private readonly int _frameBytes;

    /// <param name="to">Gets the header at once.</param>
    /// <param name="size">Of every frame, in pixels.</param>
    /// <param name="framesPerSecond">The usual rate, for encoders that need one; times are each frame's own.</param>
    public MatroskaWriter(Stream to, (int Width, int Height) size, double framesPerSecond)
    {
        (_to, _frameBytes) = (to, size.Width * size.Height * 4);
        using MemoryStream head = new();
        head.Write(Element(MatroskaIds.Ebml, Element(MatroskaIds.DocType, "matroska"u8)));
        WriteId(head, MatroskaIds.Segment);
        head.Write(Unknown);
        head.Write(Element(MatroskaIds.Info, Number(MatroskaIds.TimestampScale, MicrosecondInNanoseconds)));
        head.Write(Element(MatroskaIds.Tracks, Track(size, framesPerSecond)));
        to.Write(head.ToArray());
    }

    /// <summary>Appends a frame.</summary>
    /// <param name="rgba">Width × height × 4 bytes, top row first.</param>
    /// <param name="seconds">Its time from the beginning, later than that of the frame before.</param>
    /// <exception cref="IOException">The reader is gone.</exception>
    public void Write(ReadOnlySpan<byte> rgba, double seconds)
    {
        if (rgba.Length != _frameBytes) throw new ArgumentException($"{rgba.Length} bytes for a frame of {_frameBytes}", nameof(rgba));
        byte[] time = Number(MatroskaIds.Timestamp, (ulong)Math.Round(seconds * 1e6));
        byte[] block = Head(MatroskaIds.SimpleBlock, BlockHeader.Length + rgba.Length);
        byte[] cluster = Head(MatroskaIds.Cluster, time.Length + block.Length + BlockHeader.Length + rgba.Length);
        _to.Write((byte[])[.. cluster, .. time, .. block, .. BlockHeader]);
        _to.Write(rgba);
        _to.Flush();
    }

    private static byte[] Track((int Width, int Height) size, double framesPerSecond)
    {
        byte[] video =
        [
            .. Number(MatroskaIds.PixelWidth, (ulong)size.Width),
            .. Number(MatroskaIds.PixelHeight, (ulong)size.Height),
            .. Element(MatroskaIds.PixelFormat, "RGBA"u8),
        ];
        byte[] entry =
        [
            .. Number(MatroskaIds.TrackNumber, VideoTrack),
            .. Number(MatroskaIds.TrackUid, VideoTrack),
            .. Number(MatroskaIds.TrackType, VideoTrack),
            .. Number(MatroskaIds.DefaultDuration, (ulong)Math.Round(1e9 / framesPerSecond)),
            .. Element(MatroskaIds.CodecId, "V_UNCOMPRESSED"u8),
            .. Element(MatroskaIds.Video, video),
        ];
        return Element(MatroskaIds.TrackEntry, entry);
    }

    private static byte[] Number(uint id, ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Element(id, bytes);
    }

    private static byte[] Element(uint id, ReadOnlySpan<byte> content) => [.. Head(id, content.Length), .. content];

    /// <summary>An element's identifier and the length of its content, in the eight-byte form.</summary>
    private static byte[] Head(uint id, long length)
    {
        using MemoryStream head = new();
        WriteId(head, id);
        Span<byte> bytes = stackalloc byte[LengthBytes];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, (ulong)length);
        bytes[0] = 0x01;
        head.Write(bytes);
        return head.ToArray();
    }

    /// <summary>An identifier, whose leading bits already tell how long it is.</summary>
    private static void WriteId(Stream to, uint id)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        to.Write(bytes.TrimStart((byte)0));
    }
}
