using System.Globalization;

namespace RealtimeSeg.Training.Runs;

/// <summary>An option of <c>train</c> that belongs to the run, and its text in the recipe of an exported file.</summary>
/// <param name="Row">Name, help, default, limit, and the setting that it changes.</param>
/// <param name="Text">The value as it would be typed; null if there is none.</param>
public sealed record RunOption(OptionRow<RunConfig> Row, Func<RunConfig, string?> Text)
{
    private static readonly RunConfig Defaults = new();

    /// <summary>Recipes leave the option out if it has its default; otherwise they always list it.</summary>
    public bool RecordedUnlessDefault { get; init; }

    /// <summary>A run can be resumed with another value.</summary>
    public bool MayChange { get; init; }

    /// <summary>Changes the text for a recipe, which has no folders of the machine that trained; null for no change.</summary>
    public Func<string, string>? Shorten { get; init; }

    /// <summary>Whether the option has to be typed to get these settings.</summary>
    public bool DiffersFromDefault(RunConfig config) => Text(config) is { } text && text != Text(Defaults);

    /// <summary>The value in a recipe; null if the recipe leaves the option out.</summary>
    public string? Recorded(RunConfig config)
    {
        if (RecordedUnlessDefault && !DiffersFromDefault(config)) return null;
        return Text(config) is { } text ? Shorten?.Invoke(text) ?? text : null;
    }

    /// <summary>An option whose value is a number or a text.</summary>
    public static RunOption Of<T>(
        string name, string help, Func<RunConfig, T> get, Func<RunConfig, T, RunConfig> put, Limit<T>? limit = null)
    {
        string? Text(RunConfig c) => get(c) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;
        return new RunOption(OptionRows<RunConfig>.Value(name, help, get, put, limit), Text);
    }

    /// <summary>An option without a value.</summary>
    public static RunOption Flag(string name, string help, Func<RunConfig, bool> get, Func<RunConfig, RunConfig> put)
        => new(OptionRows<RunConfig>.Flag(name, help, put), c => get(c) ? "" : null);

    /// <summary>An option whose value is a text that is parsed.</summary>
    public static RunOption Parsed(string name, string help, Func<RunConfig, string?> get, Func<RunConfig, string, RunConfig> put)
        => new(OptionRows<RunConfig>.Parsed(name, help, get, put), get);
}
