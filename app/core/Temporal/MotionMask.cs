using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RealtimeSeg.Core.Temporal;

/// <summary>Finds the pixels of an image that look, with their surroundings, as they did in the image before.</summary>
public sealed class MotionMask
{
    /// <summary>Sum of the differences of B, G and R up to which a pixel counts as still: above sensor and compression noise.</summary>
    public const byte Noise = 36;

    /// <summary>
    /// Pixels around each moving one that count as moving too: single pixels that happen to match inside a moving object would keep old
    /// classes and fray its edges.
    /// </summary>
    private const int Reach = 2;

    private byte[] _previous = [];
    private int _width;
    private bool[] _still = [];

    /// <summary>1 for each pixel that moved, then for its neighbours in the row, then for all around it.</summary>
    private byte[] _moved = [], _alongRows = [], _around = [];

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
            (_previous, _still) = (new byte[bgr.Length], new bool[pixels]);
            (_moved, _alongRows, _around) = (new byte[pixels], new byte[pixels], new byte[pixels]);
            _width = 0;
        }

        if (_width != width)
        {
            _width = width;
            bgr.CopyTo(_previous);
            _still.AsSpan().Clear();
            return _still;
        }

        FindMoved(bgr, _previous, _moved);
        bgr.CopyTo(_previous);
        Spread(_moved, _alongRows, 1);
        Spread(_alongRows, _around, width);
        Invert(_around, MemoryMarshal.AsBytes(_still.AsSpan()));
        return _still;
    }

    /// <summary>Sets 1 for each pixel whose three bytes differ by more than noise in sum, else 0.</summary>
    private static void FindMoved(ReadOnlySpan<byte> now, ReadOnlySpan<byte> before, Span<byte> moved)
    {
        int x = 0, step = Vector128<byte>.Count;
        // The sum of a byte and its two followers is a pixel's where the pixel begins. Vectors of pixels are three vectors of sums, of
        // which every third is picked; those of the last are read two bytes beyond the pixels.
        for (; (3 * (x + step)) + 2 <= now.Length; x += step)
        {
            Vector128<byte> first = Exceeds(now, before, 3 * x), second = Exceeds(now, before, (3 * x) + step);
            Vector128<byte> third = Exceeds(now, before, (3 * x) + (2 * step));
            const byte No = 255; // outside of a vector: gives 0
            Vector128<byte> picked = Vector128.Shuffle(first, Vector128.Create(0, 3, 6, 9, 12, 15, No, No, No, No, No, No, No, No, No, No))
                | Vector128.Shuffle(second, Vector128.Create(No, No, No, No, No, No, 2, 5, 8, 11, 14, No, No, No, No, No))
                | Vector128.Shuffle(third, Vector128.Create(No, No, No, No, No, No, No, No, No, No, No, 1, 4, 7, 10, 13));
            (picked & Vector128<byte>.One).CopyTo(moved[x..]);
        }

        for (; x < moved.Length; x++)
        {
            int sum = 0;
            for (int c = 3 * x; c < 3 * (x + 1); c++) sum += Math.Abs(now[c] - before[c]);
            moved[x] = (byte)(sum > Noise ? 1 : 0);
        }
    }

    /// <summary>All bits for each byte that differs, with its two followers, by more than noise in sum: 18 bytes from a place on.</summary>
    private static Vector128<byte> Exceeds(ReadOnlySpan<byte> now, ReadOnlySpan<byte> before, int at)
    {
        ref byte a = ref MemoryMarshal.GetReference(now.Slice(at, Vector128<byte>.Count + 2));
        ref byte b = ref MemoryMarshal.GetReference(before.Slice(at, Vector128<byte>.Count + 2));
        Vector128<byte> sum = Vector128.AddSaturate(Vector128.AddSaturate(Difference(ref a, ref b, 0), Difference(ref a, ref b, 1)),
            Difference(ref a, ref b, 2));
        return Vector128.GreaterThan(sum, Vector128.Create(Noise));
    }

    private static Vector128<byte> Difference(ref byte now, ref byte before, nuint at)
    {
        Vector128<byte> a = Vector128.LoadUnsafe(ref now, at), b = Vector128.LoadUnsafe(ref before, at);
        return Vector128.SubtractSaturate(a, b) | Vector128.SubtractSaturate(b, a);
    }

    /// <summary>Sets each place with a set one within reach along the stride. Row ends reach into their neighbours, harmlessly.</summary>
    private static void Spread(ReadOnlySpan<byte> from, Span<byte> to, int stride)
    {
        int inner = Math.Min(Reach * stride, from.Length), end = from.Length - inner, step = Vector<byte>.Count, i = 0;
        for (; i < inner; i++) to[i] = Around(from, i, stride);
        ref byte source = ref MemoryMarshal.GetReference(from);
        for (; i + step <= end; i += step)
        {
            Vector<byte> any = Vector.LoadUnsafe(ref source, (nuint)(i - inner));
            for (int at = i - inner + stride; at <= i + inner; at += stride) any |= Vector.LoadUnsafe(ref source, (nuint)at);
            any.CopyTo(to[i..]);
        }

        for (; i < from.Length; i++) to[i] = Around(from, i, stride);
    }

    private static byte Around(ReadOnlySpan<byte> set, int at, int stride)
    {
        byte any = 0;
        for (int i = at - (Reach * stride); i <= at + (Reach * stride); i += stride)
        {
            if (i >= 0 && i < set.Length) any |= set[i];
        }

        return any;
    }

    private static void Invert(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int i = 0, step = Vector<byte>.Count;
        for (; i + step <= to.Length; i += step) (new Vector<byte>(from[i..]) ^ Vector<byte>.One).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] = (byte)(from[i] ^ 1);
    }
}
