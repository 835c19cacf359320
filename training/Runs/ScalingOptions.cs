using System.Globalization;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Runs;

/// <summary>The options for the input scaling of a classifier's file, for every command that reads one.</summary>
internal static class ScalingOptions
{
    public static OptionRow<T> Color<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--color",
        "Channel order that a classifier's file expects: rgb or bgr",
        s => Text(get(s).Rgb),
        (s, text) => put(s, get(s) with { Rgb = InputScaling.IsRgb(text) }));

    public static OptionRow<T> Mean<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--mean",
        "The mean that it expects, in 0-255, one number per channel [default: ImageNet's]",
        _ => null,
        (s, text) => put(s, get(s) with { Mean = Parse.Channels("--mean", text) }));

    public static OptionRow<T> Deviation<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--std",
        "The standard deviation that it expects, in 0-255 [default: ImageNet's]",
        _ => null,
        (s, text) => put(s, get(s) with { Deviation = Parse.Channels("--std", text, positive: true) }));

    /// <summary>A channel order as it would be typed.</summary>
    public static string Text(bool rgb) => rgb ? "rgb" : "bgr";

    /// <summary>Numbers per channel as they would be typed.</summary>
    public static string Text(float[] channels) => string.Join(',', channels.Select(v => v.ToString(CultureInfo.InvariantCulture)));
}
