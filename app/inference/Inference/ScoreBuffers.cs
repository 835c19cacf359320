namespace RealtimeSeg.Inference;

/// <summary>Pinned memory that bands share: scores [K,h,w], labels and confidence [H,W], and the foreground, [H,W] or empty.</summary>
internal readonly unsafe struct ScoreBuffers(float* scores, int scoreCount, byte* labels, byte* confidence, int pixelCount,
    byte* foreground, bool[]? wanted)
{
    public ReadOnlySpan<float> Scores => new(scores, scoreCount);

    public Span<byte> Labels => new(labels, pixelCount);

    public Span<byte> Confidence => new(confidence, pixelCount);

    /// <summary>Empty if nothing is wanted.</summary>
    public Span<byte> Foreground => new(foreground, wanted is null ? 0 : pixelCount);

    /// <summary>The classes of the foreground, by label; null if nothing is wanted.</summary>
    public bool[]? Wanted => wanted;
}
