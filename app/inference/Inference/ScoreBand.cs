using System.Numerics;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace RealtimeSeg.Inference;

/// <summary>
/// Decides a band of rows for <see cref="ScoreDecoder"/>. Columns are interpolated once for each row of scores, rows for each row of
/// pixels, so that the inner loops read neighbours only.
/// </summary>
internal sealed unsafe class ScoreBand : IThreadPoolWorkItem
{
    /// <summary>Pixels are decided in groups of four vectors, whose 32-bit results fill one vector of bytes.</summary>
    private const int Parts = 4;

    private readonly ScoreGrid _grid;
    private readonly int _start, _end;
    private readonly CountdownEvent _pending;
    private readonly Action _decide;

    /// <summary>Two rows of scores at all columns of pixels, [2][K·RowPitch], by the parity of the row, and which rows they are.</summary>
    private readonly float[][] _stretched;

    private readonly int[] _held = [-1, -1];
    private readonly byte[] _labels, _confidence, _foreground;
    private readonly bool[] _none;
    private ScoreBuffers _buffers;
    private ExceptionDispatchInfo? _failure;

    /// <summary>1 from <see cref="Begin"/> until a thread takes the band.</summary>
    private int _waiting;

    /// <param name="grid">Where scores and pixels are.</param>
    /// <param name="start">The first row of pixels.</param>
    /// <param name="end">The row after the last.</param>
    /// <param name="pending">Counted down when the band is done.</param>
    public ScoreBand(ScoreGrid grid, int start, int end, CountdownEvent pending)
    {
        (_grid, _start, _end, _pending, _decide) = (grid, start, end, pending, Decide);
        int length = grid.Classes * grid.RowPitch;
        _stretched = [new float[length], new float[length]];
        (_labels, _confidence, _foreground) = (new byte[grid.RowPitch], new byte[grid.RowPitch], new byte[grid.RowPitch]);
        _none = new bool[grid.Classes];
    }

    /// <summary>Names the buffers of the next <see cref="Execute"/>.</summary>
    public void Begin(ScoreBuffers buffers)
    {
        (_buffers, _failure) = (buffers, null);
        Volatile.Write(ref _waiting, 1);
    }

    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Decides the band, unless another thread has begun to.</summary>
    public void Execute()
    {
        if (Interlocked.Exchange(ref _waiting, 0) == 0) return;
        _failure = Attempt.At(_decide);
        _pending.Signal();
    }

    private void Decide()
    {
        int width = _grid.Columns.Length;
        _held.AsSpan().Fill(-1);
        for (int y = _start; y < _end; y++)
        {
            ScoreGrid.Between at = _grid.Rows[y];
            DecideRow(Stretched(at.First), Stretched(at.Second), at.Mix);
            _labels.AsSpan(0, width).CopyTo(_buffers.Labels[(y * width)..]);
            _confidence.AsSpan(0, width).CopyTo(_buffers.Confidence[(y * width)..]);
            if (_buffers.Wanted is not null) _foreground.AsSpan(0, width).CopyTo(_buffers.Foreground[(y * width)..]);
        }
    }

    /// <summary>A row of scores at all columns of pixels, [K,RowPitch].</summary>
    private float[] Stretched(int row)
    {
        float[] result = _stretched[row & 1];
        if (_held[row & 1] == row) return result;
        _held[row & 1] = row;
        for (int k = 0; k < _grid.Classes; k++)
        {
            ReadOnlySpan<float> from = _buffers.Scores.Slice(((k * _grid.Cells.Height) + row) * _grid.Cells.Width, _grid.Cells.Width);
            Span<float> to = result.AsSpan(k * _grid.RowPitch, _grid.Columns.Length);
            for (int x = 0; x < to.Length; x++)
            {
                ScoreGrid.Between at = _grid.Columns[x];
                float first = from[at.First];
                to[x] = first + (at.Mix * (from[at.Second] - first));
            }
        }

        return result;
    }

    /// <summary>Fills a row of labels and confidence from the rows of scores above and below.</summary>
    private void DecideRow(float[] above, float[] below, float mix)
    {
        Span<Vector<float>> scores = stackalloc Vector<float>[_grid.Classes];
        Span<Vector<uint>> winners = stackalloc Vector<uint>[Parts], certain = stackalloc Vector<uint>[Parts];
        Span<Vector<uint>> front = stackalloc Vector<uint>[Parts];
        bool[] wanted = _buffers.Wanted ?? _none;
        for (int x = 0; x < _grid.RowPitch; x += Vector<byte>.Count)
        {
            for (int p = 0; p < Parts; p++)
            {
                Vector<float> best = Interpolate(above, below, mix, x + (p * Vector<float>.Count), scores, out winners[p]);
                certain[p] = Certainty(scores, best, wanted, out front[p]);
            }

            Narrowed(winners).CopyTo(_labels, x);
            Narrowed(certain).CopyTo(_confidence, x);
            if (wanted != _none) Narrowed(front).CopyTo(_foreground, x);
        }
    }

    /// <summary>The scores of all classes at a vector of pixels; returns the largest and whose it is, the first of equal ones.</summary>
    private Vector<float> Interpolate(
        float[] above, float[] below, float mix, int x, Span<Vector<float>> scores, out Vector<uint> winner)
    {
        ref float upper = ref MemoryMarshal.GetArrayDataReference(above), lower = ref MemoryMarshal.GetArrayDataReference(below);
        Vector<float> best = new(float.NegativeInfinity), weight = new(mix);
        winner = Vector<uint>.Zero;
        for (int k = 0; k < scores.Length; k++)
        {
            nuint at = (nuint)((k * _grid.RowPitch) + x); // at most K·RowPitch less a vector: within both arrays
            Vector<float> first = Vector.LoadUnsafe(ref upper, at), second = Vector.LoadUnsafe(ref lower, at);
            Vector<float> score = Vector.FusedMultiplyAdd(weight, second - first, first);
            scores[k] = score;
            Vector<int> larger = Vector.GreaterThan(score, best); // what is no number is not: it wins nowhere
            winner = Vector.ConditionalSelect(Vector.AsVectorUInt32(larger), new Vector<uint>((uint)k), winner);
            best = Vector.ConditionalSelect(larger, score, best);
        }

        return best;
    }

    /// <summary>
    /// The softmax probability of the largest score in 0–255, 255 / Σ exp(score − best), rounded, and that of all wanted ones
    /// together; 0 where a score is no number.
    /// </summary>
    private static Vector<uint> Certainty(
        ReadOnlySpan<Vector<float>> scores, Vector<float> best, ReadOnlySpan<bool> wanted, out Vector<uint> foreground)
    {
        Vector<float> rivals = Vector<float>.Zero, front = Vector<float>.Zero;
        for (int k = 0; k < scores.Length; k++)
        {
            Vector<float> e = Exp(scores[k] - best);
            rivals += e;
            if (wanted[k]) front += e;
        }

        Vector<float> scale = new Vector<float>(byte.MaxValue) / rivals;
        foreground = Rounded(front * scale);
        return Rounded(scale);
    }

    /// <summary>Rounded to whole numbers; 0 for what is none.</summary>
    private static Vector<uint> Rounded(Vector<float> values)
    {
        Vector<float> numbers = Vector.ConditionalSelect(Vector.GreaterThan(values, Vector<float>.Zero), values, Vector<float>.Zero);
        return Vector.AsVectorUInt32(Vector.ConvertToInt32Native(numbers + new Vector<float>(0.5f)));
    }

    /// <summary>
    /// e^x for x ≤ 0 to 3·10⁻⁶ of its value: 2^n by the exponent's bits, 2^f by its Taylor polynomial for |f| ≤ ½.
    /// </summary>
    private static Vector<float> Exp(Vector<float> x)
    {
        const float Log2E = 1.44269504f, Smallest = -126, Ln2 = 0.693147181f;
        Vector<float> power = Vector.Max(x * Log2E, new Vector<float>(Smallest));
        Vector<float> whole = Vector.Round(power), f = (power - whole) * Ln2;
        Vector<float> p = Vector.FusedMultiplyAdd(f, new Vector<float>(1f / 120), new Vector<float>(1f / 24));
        p = Vector.FusedMultiplyAdd(f, p, new Vector<float>(1f / 6));
        p = Vector.FusedMultiplyAdd(f, p, new Vector<float>(0.5f));
        p = Vector.FusedMultiplyAdd(f, p, Vector<float>.One);
        p = Vector.FusedMultiplyAdd(f, p, Vector<float>.One);
        return p * Vector.AsVectorSingle((Vector.ConvertToInt32Native(whole) + new Vector<int>(127)) << 23);
    }

    private static Vector<byte> Narrowed(ReadOnlySpan<Vector<uint>> parts)
        => Vector.Narrow(Vector.Narrow(parts[0], parts[1]), Vector.Narrow(parts[2], parts[3]));
}
