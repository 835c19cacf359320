namespace RealtimeSeg.Training.Quantization;

/// <summary>The range of a tensor's values; it always includes zero, because padding is zero.</summary>
/// <param name="Low">At most 0.</param>
/// <param name="High">At least 0.</param>
public readonly record struct ValueRange(float Low, float High)
{
    private const float Narrowest = 1e-6f;

    /// <summary>Unsigned 8-bit codes over the range: value = scale × (code − zero).</summary>
    public (float Scale, byte Zero) Codes()
    {
        float scale = Math.Max(High - Low, Narrowest) / byte.MaxValue;
        return (scale, (byte)Math.Clamp(MathF.Round(-Low / scale), 0, byte.MaxValue));
    }
}
