using System.Globalization;
using System.Numerics;

namespace RealtimeSeg.Core.Shell;

/// <summary>The values that an option takes, and how to say so.</summary>
/// <param name="Allows">Whether a value is among them; must refuse what is not a number.</param>
/// <param name="Text">As it follows the value in a message, such as "it must be at least 1".</param>
public sealed record Limit<T>(Func<T, bool> Allows, string Text);

/// <summary>The usual limits.</summary>
public static class Limits
{
    public static Limit<T> AtLeast<T>(T least)
        where T : INumber<T>
        => new(v => v >= least && T.IsFinite(v), T.IsZero(least) ? "it cannot be negative" : Said($"it must be at least {least}"));

    public static Limit<T> Between<T>(T least, T most)
        where T : INumber<T>
        => new(v => v >= least && v <= most, Said($"it must lie between {least} and {most}"));

    /// <summary>
    /// Numbers of threads: 0 for one per core, and up to four for each, which any machine can make sense of, or 16, more than which
    /// ffmpeg advises against too.
    /// </summary>
    public static Limit<int> Threads { get; } = new(
        v => v >= 0 && v <= MostThreads,
        Said($"it must lie between 0 and {MostThreads}: this machine has {Environment.ProcessorCount} cores"));

    private static int MostThreads => Math.Max(16, 4 * Environment.ProcessorCount);

    /// <summary>From <paramref name="least"/> to just below <paramref name="end"/>.</summary>
    public static Limit<T> Below<T>(T least, T end)
        where T : INumber<T>
        => new(v => v >= least && v < end, Said($"it must be at least {least} and below {end}"));

    /// <summary>Above zero, up to <paramref name="most"/>.</summary>
    public static Limit<T> Positive<T>(T most)
        where T : INumber<T>
        => new(v => v > T.Zero && v <= most, Said($"it must be above 0 and at most {most}"));

    /// <summary>The same for options that may be left out.</summary>
    public static Limit<T?> Optional<T>(this Limit<T> limit)
        where T : struct
        => new(v => v is not { } given || limit.Allows(given), limit.Text);

    private static string Said(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
