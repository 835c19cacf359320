using Id = RealtimeSeg.Video.MatroskaIds;

namespace RealtimeSeg.Video;

/// <summary>
/// Reads raw video with time stamps from Matroska as ffmpeg writes it to a pipe: one track, a frame per block, no lacing. Whatever else is
/// in the stream is passed over. Never reads outside what an element announces, and never allocates by what the stream says.
/// </summary>
internal sealed class MatroskaReader
{
    private const int LargestSide = 1 << 14, LastLacingFlags = 0x06;
    private const long Unknown = -1, NanosecondsPerMillisecond = 1_000_000;
    private readonly ByteReader _bytes;
    private readonly int _bitsPerPixel;
    private long _scale = NanosecondsPerMillisecond, _cluster, _width, _height;

    /// <summary>Reads up to the first frame.</summary>
    /// <param name="stream">From its first byte.</param>
    /// <param name="bitsPerPixel">24 for BGR, 12 for I420: the pixel format is what ffmpeg was told to write.</param>
    /// <exception cref="InvalidDataException">The stream ends before, or has no size.</exception>
    public MatroskaReader(Stream stream, int bitsPerPixel)
    {
        (_bytes, _bitsPerPixel) = (new ByteReader(stream), bitsPerPixel);
        if (!Find(Id.Cluster, out _) || _width is <= 0 or > LargestSide || _height is <= 0 or > LargestSide)
            throw new InvalidDataException("no video in the stream");
    }

    /// <summary>Of every frame, in pixels.</summary>
    public (int Width, int Height) Size => ((int)_width, (int)_height);

    /// <summary>Bytes of a frame; chroma planes of odd sides are rounded up.</summary>
    public long FrameBytes => _bitsPerPixel == 12
        ? (_width * _height) + (2 * ((_width + 1) / 2) * ((_height + 1) / 2))
        : _width * _height * _bitsPerPixel / 8;

    /// <summary>Goes to the next frame; false at the end, or if what follows is not valid.</summary>
    /// <param name="milliseconds">Its presentation time.</param>
    public bool Next(out long milliseconds)
    {
        milliseconds = 0;
        if (!Find(Id.SimpleBlock, out long size)) return false;
        int track = _bytes.Byte(), high = _bytes.Byte(), low = _bytes.Byte(), flags = _bytes.Byte();
        const int Header = 4;
        bool valid = track >= 0x80 && flags >= 0 && (flags & LastLacingFlags) == 0 && size - Header == FrameBytes;
        short offset = (short)((high << 8) | (low & 0xFF));
        milliseconds = (long)Math.Round((_cluster + offset) * ((double)_scale / NanosecondsPerMillisecond));
        return valid;
    }

    /// <summary>Reads that frame's pixels; false if they end before.</summary>
    public bool Read(Span<byte> pixels) => _bytes.Read(pixels);

    /// <summary>Walks to the next element of a kind, noting what frames need; false at the end or at what is no element.</summary>
    private bool Find(uint wanted, out long size)
    {
        while (true)
        {
            long id = Number(keepMarker: true, longest: 4);
            size = Number(keepMarker: false, longest: 8);
            if (id < 0 || size < Unknown) return false;
            if (id == Id.Block) id = Id.SimpleBlock; // within a group it has the same layout
            if (id == wanted) return true;
            if (IsMaster(id)) continue;
            if (size == Unknown || !Take(id, size)) return false;
        }
    }

    /// <summary>Elements whose children follow: entered, not passed over.</summary>
    private static bool IsMaster(long id)
        => id is Id.Segment or Id.Info or Id.Tracks or Id.TrackEntry or Id.Video or Id.Cluster or Id.BlockGroup;

    private bool Take(long id, long size)
    {
        if (id is not (Id.TimestampScale or Id.PixelWidth or Id.PixelHeight or Id.Timestamp)) return _bytes.Skip(size);
        if (size > 8) return false;
        long value = 0;
        for (int i = 0; i < size; i++)
        {
            int next = _bytes.Byte();
            if (next < 0) return false;
            value = (value << 8) | (uint)next;
        }

        switch (id)
        {
            case Id.TimestampScale: _scale = value; break;
            case Id.PixelWidth: _width = value; break;
            case Id.PixelHeight: _height = value; break;
            default: _cluster = value; break;
        }

        return true;
    }

    /// <summary>
    /// A number of variable length (RFC 8794, section 4), the zeros before its marker telling the length: with the marker if it is an
    /// identifier, −1 for an unknown size, −2 at the end or if it is too long.
    /// </summary>
    private long Number(bool keepMarker, int longest)
    {
        int first = _bytes.Byte();
        if (first <= 0) return -2;
        int length = System.Numerics.BitOperations.LeadingZeroCount((uint)first) - 23;
        if (length > longest) return -2;
        int marker = 0x100 >> length;
        long value = keepMarker ? first : first - marker;
        bool ones = first == (marker << 1) - 1;
        for (int i = 1; i < length; i++)
        {
            int next = _bytes.Byte();
            if (next < 0) return -2;
            ones &= next == 0xFF;
            value = (value << 8) | (uint)next;
        }

        return ones && !keepMarker ? Unknown : value;
    }
}
