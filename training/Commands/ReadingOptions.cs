using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary>The options of commands that take third-party models, as the app's.</summary>
internal static class ReadingOptions
{
    /// <param name="get">How the settings read a model.</param>
    /// <param name="put">The settings with another way.</param>
    public static IEnumerable<OptionRow<T>> Rows<T>(Func<T, ModelReading> get, Func<T, ModelReading, T> put)
    {
        T Hint(T s, Func<ModelHints, ModelHints> change) => put(s, get(s) with { Hints = change(get(s).Hints) });
        return
        [
            OptionRows<T>.Parsed("--layout", "Of a third-party model: nchw or nhwc",
                s => get(s).Hints.Layout, (s, v) => Hint(s, h => h with { Layout = v })),
            OptionRows<T>.Parsed("--color", "Its order of channels: rgb or bgr",
                s => get(s).Hints.Color, (s, v) => Hint(s, h => h with { Color = v })),
            OptionRows<T>.Parsed("--mean", "Its mean in 0-255, one number or three with commas",
                _ => null, (s, v) => Hint(s, h => h with { Mean = Parse.Channels("--mean", v) })),
            OptionRows<T>.Parsed("--std", "Its standard deviation in 0-255, likewise",
                _ => null, (s, v) => Hint(s, h => h with { Std = Parse.Channels("--std", v, positive: true) })),
            OptionRows<T>.Parsed("--labels", "Its class names: a file, one per line",
                _ => null, (s, v) => Hint(s, h => h with { Labels = Sidecar.LabelsOf(v) })),
            OptionRows<T>.Parsed("--size", "Its working size WxH, if it takes any",
                s => get(s).Size is { } size ? $"{size.Width}x{size.Height}" : null,
                (s, v) => put(s, get(s) with { Size = Parse.Size("--size", v) })),
            OptionRows<T>.Parsed("--fit", "How images of another aspect are fitted to that size: keep, stretch, letterbox or crop",
                s => get(s).Hints.Fit, (s, v) => Hint(s, h => h with { Fit = v })),
        ];
    }
}
