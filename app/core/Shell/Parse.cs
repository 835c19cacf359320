using System.Globalization;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Reads texts of the command line and of sidecar files, the same way everywhere. Each method throws a <see cref="UserError"/> that
/// names the option.
/// </summary>
public static class Parse
{
    private const int SmallestSide = 32, LargestSide = 8192;

    /// <summary>UHD. The feature maps of a network take gigabytes at this size, and a machine down at a few times it.</summary>
    private const int MostPixels = 3840 * 2160;

    /// <param name="option">What to call it in messages, such as <c>--size</c>.</param>
    /// <param name="text">WIDTHxHEIGHT in pixels, each from 32 to 8192, as many as UHD has at most.</param>
    public static (int Width, int Height) Size(string option, string text)
    {
        if (Pair(text) is not { Width: >= SmallestSide and <= LargestSide, Height: >= SmallestSide and <= LargestSide } size)
            throw new UserError($"{option} {text}: give WIDTHxHEIGHT in pixels, {SmallestSide} to {LargestSide}, such as 480x360");
        return (long)size.Width * size.Height <= MostPixels
            ? size
            : throw new UserError($"{option} {text}: more than 3840x2160 has; the network's memory grows with it: choose a smaller size");
    }

    /// <summary>Names with commas between them.</summary>
    public static string[] List(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A name of an enum, in lower case on the command line.</summary>
    public static T Name<T>(string option, string text)
        where T : struct, Enum
        => text.Length > 0 && char.IsLetter(text[0]) && Enum.TryParse(text, ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value
            : throw new UserError($"{option} {text}{Nearest.Hint(text, Words<T>())}: choose {string.Join(", ", Words<T>())}");

    private static IEnumerable<string> Words<T>()
        where T : struct, Enum
        => Enum.GetNames<T>().Select(n => n.ToLowerInvariant());

    /// <summary>Three numbers with commas, or one for all three.</summary>
    /// <param name="option">What to call it in messages.</param>
    /// <param name="text">In 0–255.</param>
    /// <param name="positive">Whether zero and less are refused.</param>
    public static float[] Channels(string option, string text, bool positive = false)
    {
        float[] values = [.. text.Split(',').Select(Number)];
        bool usable = values.Length is 1 or 3 && Array.TrueForAll(values, v => float.IsFinite(v) && (!positive || v > 0));
        return usable && values.Length == 1 ? [values[0], values[0], values[0]]
            : usable ? values
            : throw new UserError($"{option} {text}: give one number or three with commas, {(positive
                ? "above 0 and up to 255, such as 58.4,57.1,57.4"
                : "in 0–255, such as 123.7,116.3,103.5")}");
    }

    /// <summary>Frames per second.</summary>
    /// <param name="option">What to call it in messages.</param>
    /// <param name="text">A number, or a fraction as ffmpeg writes NTSC's rates.</param>
    /// <param name="most">The highest rate.</param>
    public static double Rate(string option, string text, double most)
        => Fraction(text) is { } rate && rate > 0 && rate <= most
            ? rate
            : throw new UserError(string.Create(
                CultureInfo.InvariantCulture,
                $"{option} {text}: it must be above 0 and at most {most}, such as 25, 29.97 or 30000/1001"));

    /// <summary>A number, or two with / between them; null for anything else.</summary>
    public static double? Fraction(string text)
    {
        string[] parts = text.Split('/');
        double value = parts.Length > 2 ? double.NaN : parts.Length == 2 ? Number(parts[0]) / Number(parts[1]) : Number(parts[0]);
        return double.IsFinite(value) ? value : null;

        static double Number(string part)
            => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN;
    }

    /// <summary>WIDTHxHEIGHT, or with a colon as in ffmpeg's filters, as whole numbers; null for anything else.</summary>
    public static (int Width, int Height)? Pair(string text)
    {
        string[] sides = text.Split('x', 'X', ':');
        return sides.Length == 2 && Whole(sides[0], out int width) && Whole(sides[1], out int height) ? (width, height) : null;
    }

    private static float Number(string text)
        => float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : float.NaN;

    private static bool Whole(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
