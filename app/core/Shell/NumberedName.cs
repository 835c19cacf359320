using System.Globalization;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// File names with a place for a number, such as NAME%06d.png, as ffmpeg and most recorders write them: %d, or %0Nd for N digits.
/// </summary>
public static partial class NumberedName
{
    /// <summary>Whether a name has a place for a number.</summary>
    public static bool Matches(string path) => Place().IsMatch(path);

    /// <summary>The name of one file of the sequence.</summary>
    public static string At(string path, long number)
        => Place().Replace(path, m => number.ToString("D" + (Digits(m) ?? 1), CultureInfo.InvariantCulture));

    /// <summary>A glob that every file of the sequence matches; a name without a number is returned as it is.</summary>
    public static string Glob(string path) => Place().Replace(path, m => Digits(m) is { } digits ? new string('?', digits) : "*");

    /// <summary>The files of the sequence that exist, each with its number.</summary>
    public static IEnumerable<(string File, long Number)> Existing(string path)
    {
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".", name = Path.GetFileName(path);
        if (!Matches(name) || !Directory.Exists(folder)) yield break;
        Match place = Place().Match(name);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            string found = Path.GetFileName(file);
            int digits = found.Length - name.Length + place.Length;
            bool isNumber = digits > 0 && long.TryParse(found.AsSpan(place.Index, digits), CultureInfo.InvariantCulture, out long number)
                && At(name, number) == found;
            if (isNumber) yield return (file, long.Parse(found.AsSpan(place.Index, digits), CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Whether two names can stand for the same file, by the digits in the places that they have for a number.</summary>
    public static bool Overlap(string a, string b)
    {
        if (a == b) return true;
        (string Before, string After)? ofA = Around(a), ofB = Around(b);
        return (ofA, ofB) switch
        {
            ({ } x, { } y) => DifferByDigits(x.Before, y.Before) && DifferByDigits(Reversed(x.After), Reversed(y.After)),
            ({ } x, null) => IsOneOf(b, x),
            (null, { } y) => IsOneOf(a, y),
            _ => false,
        };
    }

    /// <summary>What the files of a sequence have in common: a name with # in the place of each number.</summary>
    public static string Pattern(string name) => Number().Replace(name, "#");

    /// <summary>What is before and after a name's places for a number; null if it has none.</summary>
    private static (string Before, string After)? Around(string name)
        => Place().Matches(name) is [var first, ..] places ? (name[..first.Index], name[(places[^1].Index + places[^1].Length)..]) : null;

    private static bool IsOneOf(string name, (string Before, string After) series)
        => name.Length > series.Before.Length + series.After.Length
            && name.StartsWith(series.Before, StringComparison.Ordinal) && name.EndsWith(series.After, StringComparison.Ordinal)
            && name[series.Before.Length..^series.After.Length].All(char.IsAsciiDigit);

    /// <summary>Whether one begins with all of the other, and goes on with digits.</summary>
    private static bool DifferByDigits(string a, string b)
    {
        (string shorter, string longer) = a.Length < b.Length ? (a, b) : (b, a);
        return longer.StartsWith(shorter, StringComparison.Ordinal) && longer[shorter.Length..].All(char.IsAsciiDigit);
    }

    private static string Reversed(string text) => string.Concat(text.Reverse());

    private static int? Digits(Match place)
        => place.Groups["digits"] is { Success: true } digits ? int.Parse(digits.Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("%(0(?<digits>\\d))?d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex Place();

    [GeneratedRegex("[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex Number();
}
