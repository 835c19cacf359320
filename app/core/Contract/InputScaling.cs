using System.Text.Json.Serialization;

namespace RealtimeSeg.Core.Contract;

/// <summary>How a network takes a pixel: (value in 0–255 − mean) / deviation for each channel, in its own order of channels.</summary>
/// <param name="Rgb">Red first; otherwise blue first, as images are captured.</param>
/// <param name="Mean">In the network's order of channels, in 0–255.</param>
/// <param name="Deviation">Likewise; checkpoints call it Spread.</param>
public sealed record InputScaling(bool Rgb, float[] Mean, [property: JsonPropertyName("Spread")] float[] Deviation)
{
    /// <summary>ImageNet's mean colour in B, G, R, as the FCN authors' Caffe models subtract it, and one deviation for all.</summary>
    public static InputScaling Plain { get; } = new(Rgb: false, [103.9f, 116.8f, 123.7f], [58, 58, 58]);

    /// <summary>The convention of most published ONNX models: R, G, B in 0–1 with ImageNet's mean and deviation.</summary>
    public static InputScaling ImageNet { get; } =
        new(Rgb: true, [0.485f * 255, 0.456f * 255, 0.406f * 255], [0.229f * 255, 0.224f * 255, 0.225f * 255]);

    /// <param name="color">rgb or bgr.</param>
    /// <exception cref="UserError">Neither.</exception>
    public static bool IsRgb(string color) => color.ToLowerInvariant() switch
    {
        "rgb" => true,
        "bgr" => false,
        _ => throw new UserError($"--color {color}: choose rgb or bgr"),
    };

    /// <summary>By value, arrays too.</summary>
    public bool Equals(InputScaling? other)
        => other is not null && Rgb == other.Rgb && Mean.SequenceEqual(other.Mean) && Deviation.SequenceEqual(other.Deviation);

    public override int GetHashCode() => Mean.Concat(Deviation).Aggregate(Rgb.GetHashCode(), HashCode.Combine);
}
