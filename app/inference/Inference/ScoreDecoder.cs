using OpenCvSharp;

namespace RealtimeSeg.Inference;

/// <summary>
/// Labels and confidence from a network's scores in one pass: bilinear enlargement with half-pixel centres and clamped edges, the class
/// with the largest score, and its softmax probability. The graph does the same with full-size tensors between the steps. Bands of rows
/// are decided on threads of the pool, which costs no memory from frame to frame.
/// </summary>
internal sealed unsafe class ScoreDecoder : IDisposable
{
    /// <summary>A thread is not worth waking for fewer rows.</summary>
    private const int FewestRows = 32;

    private readonly ScoreBand[] _bands;
    private readonly CountdownEvent _pending = new(0);

    /// <param name="classes">K, at most 255.</param>
    /// <param name="cells">Width and height of the map of scores.</param>
    /// <param name="pixels">Width and height of the labels.</param>
    /// <param name="pitch">Pixels between two neighbouring scores.</param>
    /// <param name="threads">To use at most.</param>
    public ScoreDecoder(int classes, Size cells, Size pixels, float pitch, int threads)
    {
        Classes = classes;
        ScoreGrid grid = new(classes, cells, pixels, pitch);
        int count = Math.Clamp(pixels.Height / FewestRows, 1, threads);
        int Start(int band) => pixels.Height * band / count;
        _bands = [.. Enumerable.Range(0, count).Select(b => new ScoreBand(grid, Start(b), Start(b + 1), _pending))];
    }

    /// <summary>K.</summary>
    public int Classes { get; }

    /// <param name="scores">[K,h,w].</param>
    /// <param name="labels">Receives the class of each pixel, [H,W].</param>
    /// <param name="confidence">Receives its probability in 0–255, [H,W].</param>
    /// <param name="foreground">Receives the probability of all wanted classes together in 0–255, [H,W].</param>
    /// <param name="wanted">Which those are, by label, [K]; null for none.</param>
    public void Decode(
        ReadOnlySpan<float> scores, Span<byte> labels, Span<byte> confidence, Span<byte> foreground = default, bool[]? wanted = null)
    {
        fixed (float* s = scores)
        fixed (byte* l = labels, c = confidence, f = foreground)
        {
            _pending.Reset(_bands.Length);
            ScoreBuffers buffers = new(s, scores.Length, l, c, labels.Length, f, wanted);
            foreach (ScoreBand band in _bands) band.Begin(buffers);
            for (int b = 1; b < _bands.Length; b++) ThreadPool.UnsafeQueueUserWorkItem(_bands[b], preferLocal: false);
            foreach (ScoreBand band in _bands) band.Execute(); // those that no thread has begun yet
            _pending.Wait(); // the buffers are pinned until all bands are done
        }

        foreach (ScoreBand band in _bands) band.ThrowIfFailed();
    }

    public void Dispose() => _pending.Dispose();
}
