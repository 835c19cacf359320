namespace RealtimeSeg.Video;

/// <summary>Reads a pipe: small things through a buffer, large ones straight to where they belong. Nothing is allocated per read.</summary>
internal sealed class ByteReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[4096];
    private int _at, _filled;

    /// <summary>The next byte; −1 at the end.</summary>
    public int Byte() => _at < _filled || Fill() ? _buffer[_at++] : -1;

    /// <summary>Fills a span; false if the stream ends before.</summary>
    public bool Read(Span<byte> into)
    {
        int buffered = Math.Min(into.Length, _filled - _at);
        _buffer.AsSpan(_at, buffered).CopyTo(into);
        _at += buffered;
        into = into[buffered..];
        return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) == into.Length;
    }

    /// <summary>Passes over a number of bytes; false if the stream ends before.</summary>
    public bool Skip(long bytes)
    {
        while (bytes > 0)
        {
            if (_at == _filled && !Fill()) return false;
            int step = (int)Math.Min(bytes, _filled - _at);
            _at += step;
            bytes -= step;
        }

        return true;
    }

    private bool Fill()
    {
        (_at, _filled) = (0, stream.Read(_buffer));
        return _filled > 0;
    }
}
