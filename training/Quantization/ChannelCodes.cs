using System.Numerics.Tensors;

namespace RealtimeSeg.Training.Quantization;

/// <summary>Kernels in 8 bits: signed codes and a scale for each output channel, because channels differ in size.</summary>
public static class ChannelCodes
{
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
