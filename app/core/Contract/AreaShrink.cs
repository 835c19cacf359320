using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using OpenCvSharp;

namespace RealtimeSeg.Core.Contract;

/// <summary>
/// Shrinks images of three bytes a pixel between two fixed sizes: each new pixel is the mean over its area, as by OpenCV's INTER_AREA,
/// whose general form works number by number and took a fifth of the network's time. Rows are added up first, in whole vectors;
/// along the row a pixel is a vector of its own. Used by one thread at a time; allocates nothing after its creation. Sums have the order of
/// shaders/passes/fit.comp, and products are rounded before they are added, as drivers can be told to: that gives the same bytes.
/// </summary>
internal sealed class AreaShrink
{
    private const int Channels = 3;

    /// <summary>Sums over very many pixels may exceed it by what was rounded.</summary>
    private static readonly Vector<float> Most = new(byte.MaxValue);

    /// <summary>A vector of bytes as vectors of 32 bits.</summary>
    private const int Parts = 4;

    private readonly Shares _columns, _rows;

    /// <summary>Mean of source rows, [W·3] and a number that is read with the last pixel.</summary>
    private readonly float[] _mean;

    /// <summary>A new row, [w·3] up to a whole vector of bytes, and a number that is written with the last pixel.</summary>
    private readonly float[] _row;

    private readonly byte[] _bytes;

    /// <param name="from">Size of the images, in pixels.</param>
    /// <param name="to">Size to give them, nowhere larger.</param>
    public AreaShrink(Size from, Size to)
    {
        (From, To) = (from, to);
        (_columns, _rows) = (new Shares(from.Width, to.Width), new Shares(from.Height, to.Height));
        _mean = new float[(from.Width * Channels) + 1];
        int step = Vector<byte>.Count, whole = ((to.Width * Channels) + step - 1) / step * step;
        (_row, _bytes) = (new float[whole + 1], new byte[whole]);
    }

    public Size From { get; }

    public Size To { get; }

    /// <summary>Fills an image.</summary>
    /// <param name="image">[H, W, 3], rows without gaps.</param>
    /// <param name="target">[h, w, 3], likewise.</param>
    public void Run(ReadOnlySpan<byte> image, Span<byte> target)
    {
        int pitch = From.Width * Channels, newPitch = To.Width * Channels;
        for (int y = 0; y < To.Height; y++)
        {
            AddRows(image.Slice(_rows.First[y] * pitch, _rows.Count * pitch), _rows.Weights.AsSpan(y * _rows.Count, _rows.Count));
            AddColumns();
            Round();
            _bytes.AsSpan(0, newPitch).CopyTo(target.Slice(y * newPitch, newPitch));
        }
    }

    /// <summary>Adds up source rows by their weights.</summary>
    private void AddRows(ReadOnlySpan<byte> rows, ReadOnlySpan<float> weights)
    {
        int pitch = rows.Length / weights.Length, part = Vector<float>.Count, x = 0;
        ref byte source = ref MemoryMarshal.GetReference(rows);
        ref float mean = ref MemoryMarshal.GetArrayDataReference(_mean);
        for (; x + (Parts * part) <= pitch; x += Parts * part)
        {
            Vector<float> a = Vector<float>.Zero, b = a, c = a, d = a;
            for (int r = 0; r < weights.Length; r++)
            {
                Vector<float> weight = new(weights[r]);
                // Whole vectors of a row: within its bytes.
                Vector.Widen(Vector.LoadUnsafe(ref source, (nuint)((r * pitch) + x)), out Vector<ushort> low, out Vector<ushort> high);
                Vector.Widen(low, out Vector<uint> first, out Vector<uint> second);
                Vector.Widen(high, out Vector<uint> third, out Vector<uint> fourth);
                a += Vector.ConvertToSingle(Vector.AsVectorInt32(first)) * weight;
                b += Vector.ConvertToSingle(Vector.AsVectorInt32(second)) * weight;
                c += Vector.ConvertToSingle(Vector.AsVectorInt32(third)) * weight;
                d += Vector.ConvertToSingle(Vector.AsVectorInt32(fourth)) * weight;
            }

            a.StoreUnsafe(ref mean, (nuint)x);
            b.StoreUnsafe(ref mean, (nuint)(x + part));
            c.StoreUnsafe(ref mean, (nuint)(x + (2 * part)));
            d.StoreUnsafe(ref mean, (nuint)(x + (3 * part)));
        }

        for (; x < pitch; x++)
        {
            float sum = 0;
            for (int r = 0; r < weights.Length; r++) sum += rows[(r * pitch) + x] * weights[r];
            _mean[x] = sum;
        }
    }

    /// <summary>Adds up a row's pixels by their weights: blue, green, red and a fourth number that the next pixel overwrites.</summary>
    private void AddColumns()
    {
        ref float mean = ref MemoryMarshal.GetArrayDataReference(_mean), row = ref MemoryMarshal.GetArrayDataReference(_row);
        int count = _columns.Count;
        ReadOnlySpan<float> weights = _columns.Weights;
        for (int x = 0; x < _columns.First.Length; x++, weights = weights[count..])
        {
            int at = _columns.First[x] * Channels; // with all that follow within the row, and a number more
            Vector128<float> sum = Vector128.LoadUnsafe(ref mean, (nuint)at) * weights[0];
            for (int i = 1; i < count; i++)
            {
                Vector128<float> pixel = Vector128.LoadUnsafe(ref mean, (nuint)(at + (i * Channels)));
                sum += pixel * weights[i];
            }

            sum.StoreUnsafe(ref row, (nuint)(x * Channels));
        }
    }

    private void Round()
    {
        int part = Vector<float>.Count;
        for (int x = 0; x < _bytes.Length; x += Parts * part)
            Vector.Narrow(
                Vector.Narrow(Rounded(x), Rounded(x + part)),
                Vector.Narrow(Rounded(x + (2 * part)), Rounded(x + (3 * part)))).CopyTo(_bytes, x);
    }

    private Vector<uint> Rounded(int x)
        => Vector.AsVectorUInt32(Vector.ConvertToInt32Native(Vector.Min(new Vector<float>(_row, x), Most) + new Vector<float>(0.5f)));

    /// <summary>The pixels along one side whose mean is a new one's: pixel j of m covers j·n/m to (j + 1)·n/m of n.</summary>
    private sealed class Shares
    {
        public Shares(int from, int to)
        {
            double length = from / (double)to;
            Count = Math.Min(from, (int)Math.Ceiling(length) + (from % to == 0 ? 0 : 1));
            (First, Weights) = (new int[to], new float[to * Count]);
            for (int j = 0; j < to; j++)
            {
                First[j] = Math.Min((int)((long)j * from / to), from - Count);
                for (int i = 0; i < Count; i++)
                {
                    long pixel = First[j] + i, begin = Math.Max(pixel * to, (long)j * from);
                    long share = Math.Min((pixel + 1) * to, ((long)j + 1) * from) - begin;
                    Weights[(j * Count) + i] = Math.Max(0, share) / (float)from;
                }
            }
        }

        /// <summary>Pixels that each new one reads, some of them with weight 0: as many for all keeps the loops short.</summary>
        public int Count { get; }

        /// <summary>Index of the first pixel, by new pixel.</summary>
        public int[] First { get; }

        /// <summary>Weights that add up to 1, [new pixel, Count].</summary>
        public float[] Weights { get; }
    }
}
