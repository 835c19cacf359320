using System.Globalization;

namespace RealtimeSeg.Training.Nn;

/// <summary>How a network wants a pixel: (value in 0–255 − mean) / spread for each channel, in this order of channels.</summary>
/// <param name="Rgb">Red first; otherwise blue first, as pictures are captured.</param>
/// <param name="Mean">In the network's order of channels, in 0–255.</param>
/// <param name="Spread">Likewise.</param>
public sealed record Preprocessing(bool Rgb, float[] Mean, float[] Spread)
{
    /// <summary>ImageNet's mean colour, B, G, R (the value the FCN authors' Caffe models subtract), and one spread for all.</summary>
    public static Preprocessing Plain { get; } = new(Rgb: false, [103.9f, 116.8f, 123.7f], [58, 58, 58]);

    /// <summary>The convention of most published ONNX classifiers: R, G, B in 0–1 with ImageNet's mean and deviation.</summary>
    public static Preprocessing ImageNet { get; } = new(Rgb: true, [0.485f * 255, 0.456f * 255, 0.406f * 255], [0.229f * 255, 0.224f * 255, 0.225f * 255]);

    /// <param name="color">rgb or bgr.</param>
    /// <param name="mean">Three numbers with commas, in 0–255.</param>
    /// <param name="spread">Likewise.</param>
    /// <exception cref="UserError">Not that.</exception>
    public static Preprocessing Parse(string color, string? mean, string? spread) => new(
        color switch
        {
            "rgb" => true,
            "bgr" => false,
            _ => throw new UserError($"--color {color}: choose rgb or bgr"),
        },
        mean is null ? ImageNet.Mean : Three("--mean", mean),
        spread is null ? ImageNet.Spread : Three("--std", spread));

    private static float[] Three(string option, string text)
    {
        float[] values = [.. text.Split(',').Select(t => float.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out float v) ? v : float.NaN)];
        return values.Length == 3 && values.All(float.IsFinite) && (option != "--std" || values.All(v => v > 0))
            ? values
            : throw new UserError($"{option} {text}: give three numbers in 0–255 with commas, one a channel, such as 123.7,116.3,103.5");
    }
}
