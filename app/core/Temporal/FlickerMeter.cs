namespace RealtimeSeg.Core.Temporal;

/// <summary>Measures flicker: the share of still pixels whose class changes all the same.</summary>
public sealed class FlickerMeter
{
    private byte[] _previous = [];
    private long _still, _changed;

    /// <summary>Share in 0–1 over all frames so far; 0 before there is anything to compare.</summary>
    public double Flicker => _still == 0 ? 0 : _changed / (double)_still;

    /// <param name="still">Pixels that look as they did, by <see cref="MotionMask"/>.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="ignoreFrom">Labels from here on, in this frame or the one before, do not count.</param>
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

    /// <summary>Starts the count over; the last frame is kept.</summary>
    public void Clear() => (_still, _changed) = (0, 0);
}
