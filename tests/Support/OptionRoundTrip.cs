using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace RealtimeSeg.Tests.Support;

/// <summary>Gives each option of a table a value and looks where it goes: to what it shows as its default, and nowhere else.</summary>
internal static partial class OptionRoundTrip
{
    private static readonly string[] Values =
    [
        "5", "3", "2", "1", "16", "0.25", "64x96", "0.5-1.5", "#102030", "10,20,30", "1,1.5", "off", "on",
    ];

    /// <param name="rows">All options of a command.</param>
    /// <param name="defaults">Its settings before anything is given.</param>
    /// <param name="aliases">Pairs of an option and another one that it may change.</param>
    public static void Check<T>(IEnumerable<OptionRow<T>> rows, T defaults, params (string Option, string Other)[] aliases)
    {
        OptionRow<T>[] all = [.. rows];
        foreach (OptionRow<T> row in all)
        {
            T given = Given(row, defaults);
            foreach (OptionRow<T> other in all.Where(o => o.Name != row.Name && !aliases.Contains((row.Name, o.Name))))
                Assert.True(Shown(other, given) == Shown(other, defaults), $"{row.Name} changes what {other.Name} sets");
        }
    }

    /// <summary>The settings after the option was given a value that is not its default.</summary>
    private static T Given<T>(OptionRow<T> row, T defaults)
    {
        if (row.Bind(defaults).Option.ValueType == typeof(bool)) return Changed(row, defaults, Read(row, defaults, []));
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["colors.txt"], "1 2 3\n");
        foreach (string value in Words().Matches(row.Help).Select(m => m.Value).Concat(Values).Append(folder["colors.txt"]))
        {
            if (Read(row, defaults, [value]) is not { } given || Equals(given, defaults)) continue;
            string shown = Shown(row, given);
            bool kept = shown.Length == 0 || shown.Equals(value, StringComparison.OrdinalIgnoreCase);
            Assert.True(kept, $"{row.Name} {value} is kept as {shown}");
            if (shown != Shown(row, defaults) || shown.Length == 0) return given;
        }

        Assert.Fail($"{row.Name} changes nothing of its own");
        return defaults;
    }

    private static T Changed<T>(OptionRow<T> row, T defaults, T? given)
    {
        Assert.False(Equals(given, defaults), $"{row.Name} changes nothing");
        return given!;
    }

    /// <summary>The settings after a command line; the default of their type if it is refused.</summary>
    private static T? Read<T>(OptionRow<T> row, T defaults, string[] value)
    {
        RootCommand root = new("program");
        OptionTable<T> table = new(defaults, [row]);
        table.AddTo(root);
        ParseResult parsed = root.Parse([row.Name, .. value]);
        if (parsed.Errors.Count > 0) return default;
        try
        {
            return table.Read(parsed);
        }
        catch (UserError)
        {
            return default;
        }
    }

    /// <summary>The default that help would show if the settings were the defaults.</summary>
    private static string Shown<T>(OptionRow<T> row, T settings)
    {
        Option option = row.Bind(settings).Option;
        object? value = option.HasDefaultValue ? option.GetDefaultValue() : null;
        return value is IEnumerable<string> list ? string.Join(',', list) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    [GeneratedRegex("\\b[a-z][\\w-]+", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex Words();
}
