namespace RealtimeSeg.Model;

/// <summary>Which pixels of a picture look as they did in the one before.</summary>
public sealed class MotionMask
{
    /// <summary>Sum of the differences of B, G and R up to which a pixel counts as still: above sensor and compression noise.</summary>
    private const int Noise = 36;

    private byte[] _previous = [];
    private bool[] _still = [];

    /// <summary>Compares with the picture before; the first one, or one of another size, is moving everywhere.</summary>
    /// <param name="bgr">Pixels, three bytes each.</param>
    public ReadOnlySpan<bool> Update(ReadOnlySpan<byte> bgr)
    {
        if (_previous.Length != bgr.Length)
        {
            _previous = bgr.ToArray();
            _still = new bool[bgr.Length / 3];
            return _still;
        }

        ReadOnlySpan<byte> before = _previous;
        Span<bool> still = _still;
        for (int i = 0, p = 0; i < still.Length; i++, p += 3)
            still[i] = Math.Abs(bgr[p] - before[p]) + Math.Abs(bgr[p + 1] - before[p + 1]) + Math.Abs(bgr[p + 2] - before[p + 2]) <= Noise;
        bgr.CopyTo(_previous);
        return _still;
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
