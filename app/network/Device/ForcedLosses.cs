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

    /// <summary>Those of the environment: none, as a rule.</summary>
    public static ForcedLosses OfEnvironment { get; } = Parse(Environment.GetEnvironmentVariable(Variable) ?? "");

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

    /// <summary>Reads a list as <see cref="Variable"/> has it; what cannot be read is left out.</summary>
    public static ForcedLosses Parse(string text)
    {
        List<(long, ContextLoss)> losses = [];
        foreach (string item in text.Split(','))
        {
            string[] parts = item.Split(':', 2);
            if (!long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out long look)) continue;
            bool named = Enum.TryParse(parts[^1], ignoreCase: true, out ContextLoss cause) && Enum.IsDefined(cause) && parts.Length > 1;
            losses.Add((look, named ? cause : ContextLoss.Unknown));
        }

        return new ForcedLosses(losses);
    }
}
