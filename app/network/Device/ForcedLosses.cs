using System.Globalization;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// Looks at which a context counts as lost, although its driver has not lost it: for tests, since no driver in software ever loses one.
/// What follows is real: the context is destroyed and another one opened. Looks are counted over all contexts that share this.
/// </summary>
/// <param name="losses">Number of the look, from 1, and the cause.</param>
public sealed class ForcedLosses(params IReadOnlyList<(long Look, ContextLoss Cause)> losses)
{
    /// <summary>Environment variable with them, such as <c>30</c> or <c>30,31:guilty</c>.</summary>
    public const string Variable = "RTSEG_LOSE_CONTEXT";

    private long _looks;

    private static readonly Lazy<ForcedLosses> Environmental = new(() => Parse(Environment.GetEnvironmentVariable(Variable) ?? ""));

    /// <summary>Those of the environment: none, as a rule.</summary>
    /// <exception cref="UserError">It is no such list.</exception>
    public static ForcedLosses OfEnvironment => Environmental.Value;

    /// <summary>Counts a look; the cause if the context counts as lost at it.</summary>
    public ContextLoss? Next()
    {
        if (losses.Count == 0) return null;
        long look = Interlocked.Increment(ref _looks);
        foreach ((long at, ContextLoss cause) in losses)
        {
            if (at == look) return cause;
        }

        return null;
    }

    /// <summary>Reads a list as <see cref="Variable"/> has it; an empty one is none.</summary>
    /// <exception cref="UserError">It is no such list.</exception>
    public static ForcedLosses Parse(string text)
    {
        List<(long, ContextLoss)> losses = [];
        if (text.Length == 0) return new ForcedLosses();
        foreach (string item in text.Split(','))
        {
            string[] parts = item.Split(':', 2);
            ContextLoss cause = ContextLoss.Unknown;
            bool named = parts.Length == 1
                || (char.IsAsciiLetter(parts[1].FirstOrDefault()) && Enum.TryParse(parts[1], ignoreCase: true, out cause));
            if (!named || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long look) || look == 0)
                throw new UserError($"{Variable}={text}: give numbers from 1 with commas, such as 30 or 30,31:guilty, or leave it out");
            losses.Add((look, cause));
        }

        return new ForcedLosses(losses);
    }
}
