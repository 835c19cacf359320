using System.CommandLine;
using System.Globalization;

namespace RealtimeSeg.Core.Shell;

/// <summary>An option as one row: name, type, default, range, help, and the setting that it goes to.</summary>
/// <param name="Name">With its dashes.</param>
/// <param name="Help">One line for <c>--help</c> and the docs.</param>
public abstract record OptionRow<TSettings>(string Name, string Help)
{
    /// <summary>The option for a command line whose settings start as <paramref name="defaults"/>.</summary>
    public abstract BoundOption<TSettings> Bind(TSettings defaults);
}

/// <summary>A row's option on one command, and how it changes the settings when it was given.</summary>
public sealed record BoundOption<TSettings>(Option Option, Func<TSettings, ParseResult, TSettings> Put);

/// <summary>Makes rows. <c>get</c> gives the default that help shows, <c>put</c> the settings with the value in its place.</summary>
public static class OptionRows<TSettings>
{
    /// <summary>On when it is given.</summary>
    public static OptionRow<TSettings> Flag(string name, string help, Func<TSettings, TSettings> put, string? alias = null)
        => new FlagRow(name, help, put, alias);

    /// <summary>A number or a text; null for none.</summary>
    /// <exception cref="UserError">When read: the value is outside its limit.</exception>
    public static OptionRow<TSettings> Value<T>(
        string name, string help, Func<TSettings, T> get, Func<TSettings, T, TSettings> put, Limit<T>? limit = null, string? alias = null)
        => new ValueRow<T>(name, help, get, put, limit, alias);

    /// <summary>A text that <paramref name="put"/> parses, or refuses with a <see cref="UserError"/> that names the option.</summary>
    public static OptionRow<TSettings> Parsed(
        string name, string help, Func<TSettings, string?> get, Func<TSettings, string, TSettings> put)
        => new ValueRow<string?>(name, help, get, (s, text) => put(s, text!), Limit: null, Alias: null);

    /// <summary>One of a few words; upper and lower case are the same.</summary>
    public static OptionRow<TSettings> Choice(
        string name, string help, IReadOnlyList<string> choices, Func<TSettings, string> get, Func<TSettings, string, TSettings> put)
        => Word(name, help, [.. choices.Select(c => (c, c))], get, put);

    /// <summary>One of a few words, each of which stands for a value; upper and lower case are the same.</summary>
    /// <param name="name">With its dashes.</param>
    /// <param name="help">One line.</param>
    /// <param name="words">Every word and its value; the default must be among them.</param>
    /// <param name="get">The default.</param>
    /// <param name="put">The settings with a value in its place.</param>
    public static OptionRow<TSettings> Word<T>(
        string name, string help, IReadOnlyList<(string Word, T Value)> words, Func<TSettings, T> get, Func<TSettings, T, TSettings> put)
    {
        string WordOf(T value) => words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;
        T ValueOf(string text)
        {
            foreach ((string word, T value) in words)
            {
                if (word.Equals(text, StringComparison.OrdinalIgnoreCase)) return value;
            }

            string[] all = [.. words.Select(w => w.Word)];
            throw new UserError($"{name} {text}{Nearest.Hint(text, all)}: {Choose(all)}");
        }

        return Parsed(name, help, s => WordOf(get(s)), (s, text) => put(s, ValueOf(text)));
    }

    /// <summary>on or off.</summary>
    public static OptionRow<TSettings> Switch(string name, string help, Func<TSettings, bool> get, Func<TSettings, bool, TSettings> put)
        => Choice(name, help, ["on", "off"], s => get(s) ? "on" : "off", (s, text) => put(s, text == "on"));

    private static string Choose(IReadOnlyList<string> words) => $"choose {string.Join(", ", words.SkipLast(1))} or {words[^1]}";

    private sealed record FlagRow(string Name, string Help, Func<TSettings, TSettings> Set, string? Alias)
        : OptionRow<TSettings>(Name, Help)
    {
        public override BoundOption<TSettings> Bind(TSettings defaults)
        {
            Option<bool> option = Alias is null ? new(Name) : new(Name, Alias);
            option.Description = Help;
            return new BoundOption<TSettings>(option, (s, parsed) => parsed.GetValue(option) ? Set(s) : s);
        }
    }

    private sealed record ValueRow<T>(
        string Name, string Help, Func<TSettings, T> Get, Func<TSettings, T, TSettings> Set, Limit<T>? Limit, string? Alias)
        : OptionRow<TSettings>(Name, Help)
    {
        public override BoundOption<TSettings> Bind(TSettings defaults)
        {
            T initial = Get(defaults);
            Option<T> option = Alias is null ? new(Name) : new(Name, Alias);
            option.Description = Help;
            if (initial is not null) option.DefaultValueFactory = _ => initial;
            return new BoundOption<TSettings>(option, (settings, parsed) =>
            {
                bool given = parsed.GetResult(option) is { Implicit: false };
                return given ? Set(settings, Checked(parsed.GetValue(option)!)) : settings;
            });
        }

        private T Checked(T value)
        {
            if (value is string[] names && Array.Find(names, n => n.StartsWith("--", StringComparison.Ordinal)) is { } option)
                throw new UserError($"{Name} {option}: that is an option; name what {Name} stands before");
            bool isEmpty = value is "" || (value is string[] many && many.Contains("", StringComparer.Ordinal));
            if (isEmpty) throw new UserError($"{Name} '': its value is empty; give one, or leave the option out");
            return Limit is null || Limit.Allows(value)
                ? value
                : throw new UserError(string.Create(CultureInfo.InvariantCulture, $"{Name} {value}: {Limit.Text}"));
        }
    }
}
