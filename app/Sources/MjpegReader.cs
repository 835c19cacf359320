using System.Globalization;
using System.Text;

namespace RealtimeSeg.Sources;

/// <summary>
/// Reads JPEG images from a multipart/x-mixed-replace stream (RFC 2046, section 5.1): by each part's Content-Length if it is
/// given, otherwise from start-of-image to end-of-image marker.
/// </summary>
public sealed class MjpegReader(Stream stream) : IDisposable
{
    private const int ChunkBytes = 1 << 16, LongestHeader = 1 << 14, LargestImage = 1 << 25;
    private byte[] _buffer = new byte[4 * ChunkBytes];
    private int _start, _end;

    /// <summary>The next image; empty at the end of the stream, or if it is malformed.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        int? length = ReadHeaders();
        if (length is null) return default;
        return length > 0 ? OfLength(length.Value) : UntilEndMarker();
    }

    public void Dispose() => stream.Dispose();

    /// <summary>Content-Length of the next part, 0 if it gives none, null at the end.</summary>
    private int? ReadHeaders()
    {
        int length = 0;
        bool anyHeader = false;
        while (true)
        {
            int newline = Find((byte)'\n', LongestHeader);
            if (newline < 0) return null;
            ReadOnlySpan<byte> line = _buffer.AsSpan(_start, newline - _start)[Ascii.Trim(_buffer.AsSpan(_start, newline - _start))];
            _start = newline + 1;
            if (line.Length == 0)
            {
                if (anyHeader) return length;
                continue; // the line end after the previous image
            }

            int colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            anyHeader = true;
            if (Ascii.EqualsIgnoreCase(line[..colon], "content-length"u8)) length = ImageLength(line[(colon + 1)..]) ?? length;
        }
    }

    private static int? ImageLength(ReadOnlySpan<byte> text)
        => int.TryParse(text, CultureInfo.InvariantCulture, out int bytes) && bytes is > 0 and <= LargestImage ? bytes : null;

    private ReadOnlyMemory<byte> OfLength(int length)
    {
        while (_end - _start < length)
        {
            if (!Fill()) return default;
        }

        return Take(length);
    }

    private ReadOnlyMemory<byte> UntilEndMarker()
    {
        for (int at = 1; ; at++)
        {
            if (at > LargestImage) return default;
            while (_start + at >= _end)
            {
                if (!Fill()) return default;
            }

            if (_buffer[_start + at] == 0xD9 && _buffer[_start + at - 1] == 0xFF) return Take(at + 1);
        }
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        ReadOnlyMemory<byte> image = _buffer.AsMemory(_start, length);
        _start += length;
        return image;
    }

    /// <summary>Index of a byte within the next <paramref name="limit"/> ones, or −1.</summary>
    private int Find(byte wanted, int limit)
    {
        for (int at = 0; at < limit; at++)
        {
            while (_start + at >= _end)
            {
                if (!Fill()) return -1;
            }

            if (_buffer[_start + at] == wanted) return _start + at;
        }

        return -1;
    }

    /// <summary>Waits for more and reads it; false at the end.</summary>
    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_buffer.Length - _end < ChunkBytes) Array.Resize(ref _buffer, _buffer.Length * 2);
        try
        {
            int bytes = stream.Read(_buffer.AsSpan(_end));
            _end += bytes;
            return bytes > 0;
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException)
        {
            return false; // the connection broke, or was closed to end the wait
        }
    }
}
