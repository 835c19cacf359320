using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RealtimeSeg.Core.Temporal;

/// <summary>Measures flicker: the share of still pixels whose class changes all the same.</summary>
public sealed class FlickerMeter
{
    private byte[] _previous = [];
    private long _still, _changed;

    /// <summary>Over all frames so far.</summary>
    public FlickerCount Count => new(_still, _changed);

    /// <summary>Share in 0–1 over all frames so far; 0 before there is anything to compare.</summary>
    public double Flicker => Count.Share;

    /// <param name="still">Pixels that look as they did, by <see cref="MotionMask"/>.</param>
    /// <param name="labels">Their classes.</param>
    /// <param name="ignoreFrom">Labels from here on, in this frame or the one before, do not count; at least 1.</param>
    public void Add(ReadOnlySpan<bool> still, ReadOnlySpan<byte> labels, int ignoreFrom = 256)
    {
        if (_previous.Length == labels.Length)
        {
            byte last = (byte)Math.Min(ignoreFrom - 1, byte.MaxValue);
            int counted = CountVectors(MemoryMarshal.AsBytes(still), labels, last);
            for (int i = counted; i < labels.Length; i++)
            {
                if (!still[i] || labels[i] > last || _previous[i] > last) continue;
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

    /// <summary>Counts whole vectors of pixels; returns how many pixels that were.</summary>
    /// <param name="still">Not 0 where a pixel is still.</param>
    /// <param name="labels">Of this frame.</param>
    /// <param name="last">The largest label that counts.</param>
    private int CountVectors(ReadOnlySpan<byte> still, ReadOnlySpan<byte> labels, byte last)
    {
        int i = 0, step = Vector256<byte>.Count;
        for (; i + step <= labels.Length; i += step)
        {
            Vector256<byte> now = Vector256.Create(labels[i..]), before = Vector256.Create<byte>(_previous.AsSpan(i));
            Vector256<byte> counts = Vector256.LessThanOrEqual(Vector256.Max(now, before), Vector256.Create(last))
                & ~Vector256.Equals(Vector256.Create(still[i..]), Vector256<byte>.Zero);
            _still += BitOperations.PopCount(counts.ExtractMostSignificantBits());
            _changed += BitOperations.PopCount((counts & ~Vector256.Equals(now, before)).ExtractMostSignificantBits());
        }

        return i;
    }
}
