using System.Numerics.Tensors;

namespace RealtimeSeg.Training.Quantization;

/// <summary>Kernels in 8 bits: signed codes and a scale for each output channel, because channels differ in size.</summary>
public static class ChannelCodes
{
    /// <summary>
    /// Kernels take seven bits: without VNNI instructions a CPU adds two products in 16 bits, and 2 × 255 × 63 is the most that fits.
    /// Depthwise kernels, whose sums are short and never made that way, take eight: with seven they cost a point of IoU.
    /// </summary>
    private const sbyte GreatestDense = 63, GreatestDepthwise = sbyte.MaxValue;

    /// <summary>The greatest code of a kernel that is computed in integers.</summary>
    /// <param name="inputs">Input channels of each output channel.</param>
    public static sbyte GreatestOf(long inputs) => inputs == 1 ? GreatestDepthwise : GreatestDense;

    /// <param name="values">One channel after the other.</param>
    /// <param name="channels">Number of channels.</param>
    /// <param name="greatest">The greatest code, at most 127.</param>
    /// <param name="least">Least scales by channel; empty for none.</param>
    /// <returns>Codes, and scales by channel: value = scale × code.</returns>
    public static (sbyte[] Codes, float[] Scales) Of(
        ReadOnlySpan<float> values, int channels, sbyte greatest = sbyte.MaxValue, ReadOnlySpan<float> least = default)
    {
        int size = values.Length / channels;
        sbyte[] codes = new sbyte[values.Length];
        float[] scales = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            ReadOnlySpan<float> channel = values.Slice(c * size, size);
            float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(channel));
            scales[c] = largest > 0 ? largest / greatest : 1;
            if (least.Length > 0) scales[c] = Math.Max(scales[c], least[c]);
            for (int i = 0; i < size; i++) codes[(c * size) + i] = (sbyte)MathF.Round(channel[i] / scales[c]);
        }

        return (codes, scales);
    }
}
