using System.Globalization;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Training.Runs;

/// <summary>The options for the input scaling that a file's weights expect, for every command that reads one.</summary>
internal static class ScalingOptions
{
    public static OptionRow<T> Color<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--color",
        "Channel order that the weights of a file expect: rgb or bgr",
        s => Text(get(s).Rgb),
        (s, text) => put(s, Ordered(get(s), InputScaling.IsRgb(text))));

    public static OptionRow<T> Mean<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--mean",
        "The mean that they expect, in 0-255: a number for each channel, or one for all, such as 128 [default: ImageNet's]",
        _ => null,
        (s, text) => put(s, get(s) with { Mean = Parse.Channels("--mean", text) }));

    public static OptionRow<T> Deviation<T>(Func<T, InputScaling> get, Func<T, InputScaling, T> put) => OptionRows<T>.Parsed(
        "--std",
        "The divisor that they expect, in 0-255, likewise; 1 if they take 0-255 less the mean [default: ImageNet's]",
        _ => null,
        (s, text) => put(s, get(s) with { Deviation = Parse.Channels("--std", text, positive: true) }));

    /// <summary>All three as they would be typed.</summary>
    public static (string Option, string? Value)[] Texts(InputScaling input)
        => [("--color", Text(input.Rgb)), ("--mean", Text(input.Mean)), ("--std", Text(input.Deviation))];

    /// <summary>A channel order as it would be typed.</summary>
    public static string Text(bool rgb) => rgb ? "rgb" : "bgr";

    /// <summary>Numbers per channel as they would be typed.</summary>
    public static string Text(float[] channels) => string.Join(',', channels.Select(v => v.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Another order of channels takes their numbers along; a mean that is given after it is in that order.</summary>
    private static InputScaling Ordered(InputScaling input, bool rgb)
        => input.Rgb == rgb ? input : new InputScaling(rgb, [.. input.Mean.Reverse()], [.. input.Deviation.Reverse()]);
}
