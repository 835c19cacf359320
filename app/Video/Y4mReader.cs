using System.Globalization;

namespace RealtimeSeg.Video;

/// <summary>
/// Reads I420 video from YUV4MPEG2, in which a frame leaves ffmpeg as soon as it is decoded: its Matroska holds each one back until the
/// next is there.
/// </summary>
internal sealed class Y4mReader
{
    private const int LargestSide = 1 << 14, LongestLine = 256;
    private readonly ByteReader _bytes;
    private readonly byte[] _line = new byte[LongestLine];

    /// <summary>Reads up to the first frame.</summary>
    /// <param name="stream">From its first byte.</param>
    /// <exception cref="InvalidDataException">The stream ends before, or is something else.</exception>
    public Y4mReader(Stream stream)
    {
        _bytes = new ByteReader(stream);
        string[] words = Line() is { } length and > 0 ? System.Text.Encoding.ASCII.GetString(_line, 0, length).Split(' ') : [];
        Size = (Side(words, 'W'), Side(words, 'H'));
        if (words is not ["YUV4MPEG2", ..] || Size.Width == 0 || Size.Height == 0) throw new InvalidDataException("no video in the stream");
    }

    /// <summary>Of every frame, in pixels.</summary>
    public (int Width, int Height) Size { get; }

    /// <summary>Goes to the next frame; false at the end, or if what follows is not valid.</summary>
    public bool Next() => Line() is { } length and > 0 && _line.AsSpan(0, length).StartsWith("FRAME"u8);

    /// <summary>Reads that frame's planes; false if they end before.</summary>
    public bool Read(Span<byte> planes) => _bytes.Read(planes);

    private static int Side(string[] words, char key)
    {
        string? word = words.FirstOrDefault(w => w.StartsWith(key));
        return word is not null && int.TryParse(word.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int side)
            && side <= LargestSide ? side : 0;
    }

    /// <summary>Length of the next line, without its end; −1 at the end of the stream or if it is too long.</summary>
    private int Line()
    {
        for (int length = 0; length < LongestLine; length++)
        {
            int next = _bytes.Byte();
            if (next < 0) return -1;
            if (next == '\n') return length;
            _line[length] = (byte)next;
        }

        return -1;
    }
}
