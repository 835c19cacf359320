namespace RealtimeSeg.Model;

/// <summary>Which pixels of a picture look, with their surroundings, as they did in the one before.</summary>
public sealed class MotionMask
{
    /// <summary>Sum of the differences of B, G and R up to which a pixel counts as still: above sensor and compression noise.</summary>
    private const int Noise = 36;

    /// <summary>
    /// Pixels about each moving one that count as moving too: single ones that happen to match, inside something that moves, would
    /// keep old classes and fray its edges.
    /// </summary>
    private const int Reach = 2;

    private byte[] _previous = [];
    private bool[] _still = [], _moving = [], _rows = [];

    /// <summary>Compares with the picture before; the first one, or one of another size, is moving everywhere.</summary>
    /// <param name="bgr">Pixels, three bytes each, row by row.</param>
    /// <param name="width">Pixels in a row.</param>
    public ReadOnlySpan<bool> Update(ReadOnlySpan<byte> bgr, int width)
    {
        if (_previous.Length != bgr.Length)
        {
            _previous = bgr.ToArray();
            (_still, _moving, _rows) = (new bool[bgr.Length / 3], new bool[bgr.Length / 3], new bool[bgr.Length / 3]);
            return _still;
        }

        ReadOnlySpan<byte> before = _previous;
        Span<bool> moving = _moving;
        for (int i = 0, p = 0; i < moving.Length; i++, p += 3)
            moving[i] = Math.Abs(bgr[p] - before[p]) + Math.Abs(bgr[p + 1] - before[p + 1]) + Math.Abs(bgr[p + 2] - before[p + 2]) > Noise;
        bgr.CopyTo(_previous);
        Spread(_moving, _rows, 1);
        Spread(_rows, _moving, width);
        for (int i = 0; i < moving.Length; i++) _still[i] = !moving[i];
        return _still;
    }

    /// <summary>Each place is set where one within reach along the stride is; a row's ends reach into its neighbours', which does no harm.</summary>
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

/// <summary>Flicker: the share of still pixels whose class changes all the same.</summary>
public sealed class FlickerMeter
{
    private byte[] _previous = [];
    private long _still, _changed;

    /// <summary>Share in 0–1 over all frames so far; 0 before there is anything to compare.</summary>
    public double Flicker => _still == 0 ? 0 : _changed / (double)_still;

    /// <param name="still">Pixels that look as they did, by <see cref="MotionMask"/>.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="ignoreFrom">Labels from here on, before or now, do not count.</param>
    public void Add(ReadOnlySpan<bool> still, ReadOnlySpan<byte> labels, int ignoreFrom = 256)
    {
        if (_previous.Length == labels.Length)
        {
            for (int i = 0; i < labels.Length; i++)
            {
                if (!still[i] || labels[i] >= ignoreFrom || _previous[i] >= ignoreFrom) continue;
                _still++;
                if (labels[i] != _previous[i]) _changed++;
            }
        }
        else
        {
            _previous = new byte[labels.Length];
        }

        labels.CopyTo(_previous);
    }

    /// <summary>Starts over, but remembers the last frame.</summary>
    public void Clear() => (_still, _changed) = (0, 0);
}
