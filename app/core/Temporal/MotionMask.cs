namespace RealtimeSeg.Core.Temporal;

/// <summary>Finds the pixels of an image that look, with their surroundings, as they did in the image before.</summary>
public sealed class MotionMask
{
    /// <summary>Sum of the differences of B, G and R up to which a pixel counts as still: above sensor and compression noise.</summary>
    private const int Noise = 36;

    /// <summary>
    /// Pixels around each moving one that count as moving too: single pixels that happen to match inside a moving object would keep old
    /// classes and fray its edges.
    /// </summary>
    private const int Reach = 2;

    private byte[] _previous = [];
    private int _width;
    private bool[] _still = [], _moving = [], _rows = [];

    /// <summary>Starts over: in the next image everything moves.</summary>
    public void Forget() => _width = 0;

    /// <summary>Compares with the image before; in the first image, and in one of another size or shape, everything moves.</summary>
    /// <param name="bgr">Pixels, three bytes each, row by row.</param>
    /// <param name="width">Pixels in a row.</param>
    public ReadOnlySpan<bool> Update(ReadOnlySpan<byte> bgr, int width)
    {
        if (_previous.Length != bgr.Length)
        {
            int pixels = bgr.Length / 3;
            (_previous, _still, _moving, _rows) = (new byte[bgr.Length], new bool[pixels], new bool[pixels], new bool[pixels]);
            _width = 0;
        }

        if (_width != width)
        {
            _width = width;
            bgr.CopyTo(_previous);
            _still.AsSpan().Clear();
            return _still;
        }

        ReadOnlySpan<byte> before = _previous;
        Span<bool> moving = _moving;
        for (int i = 0, p = 0; i < moving.Length; i++, p += 3)
        {
            moving[i] = Math.Abs(bgr[p] - before[p])
                + Math.Abs(bgr[p + 1] - before[p + 1])
                + Math.Abs(bgr[p + 2] - before[p + 2]) > Noise;
        }

        bgr.CopyTo(_previous);
        Spread(_moving, _rows, 1);
        Spread(_rows, _moving, width);
        for (int i = 0; i < moving.Length; i++) _still[i] = !moving[i];
        return _still;
    }

    /// <summary>Sets each place with a set one within reach along the stride. Row ends reach into their neighbours, harmlessly.</summary>
    private static void Spread(bool[] from, bool[] to, int stride)
    {
        from.CopyTo(to, 0);
        for (int step = 1; step <= Reach; step++)
        {
            int shift = step * stride;
            Span<bool> result = to;
            ReadOnlySpan<bool> source = from;
            for (int i = shift; i < result.Length; i++) result[i] |= source[i - shift];
            for (int i = 0; i < result.Length - shift; i++) result[i] |= source[i + shift];
        }
    }
}
