namespace RealtimeSeg.Inference;

/// <summary>Pinned memory that bands share: scores [K,h,w], labels and confidence [H,W].</summary>
internal readonly unsafe struct ScoreBuffers(float* scores, int scoreCount, byte* labels, byte* confidence, int pixelCount)
{
    public ReadOnlySpan<float> Scores => new(scores, scoreCount);

    public Span<byte> Labels => new(labels, pixelCount);

    public Span<byte> Confidence => new(confidence, pixelCount);
}
