using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// The Markdown of <see cref="CommandReference"/> as a manual page, in roff's man macros (man(7)). Of Markdown it knows what the reference
/// has: headings, paragraphs, tables and code.
/// </summary>
public static partial class ManPage
{
    private const string Launcher = "./run.sh";

    /// <summary>A hidden command that prints a file of Markdown as the manual page of the launcher.</summary>
    public static Command Command()
    {
        Argument<FileInfo> reference = new("reference") { Description = "docs/cli.md" };
        Command command = new("manual", "Print the reference of all commands as a manual page.") { reference };
        command.Hidden = true;
        command.SetAction(parsed => Console.Out.Write(Of(File.ReadAllText(parsed.GetValue(reference)!.FullName), Date())));
        return command;
    }

    /// <summary>The page.</summary>
    /// <param name="markdown">All of docs/cli.md.</param>
    /// <param name="date">The page's own date.</param>
    public static string Of(string markdown, DateTimeOffset date)
    {
        string day = date.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        StringBuilder page = new();
        page.Append(CultureInfo.InvariantCulture, $".TH RTSEG 1 {day} \"rtseg {BuildInfo.Version}\" \"User Commands\"\n");
        page.Append(".SH NAME\nrtseg \\- live video segmentation, and training of its networks\n");
        page.Append(".SH SYNOPSIS\n.B rtseg\n.RI [ command ]\n.RI [ arguments ]\n.RI [ options ]\n");
        string[] header = [];
        foreach (string line in markdown.Replace(Launcher, "rtseg", StringComparison.Ordinal).Split('\n'))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) page.Append(CultureInfo.InvariantCulture, $".SH {Escaped(line[3..])}\n");
            else if (line.StartsWith('|')) header = Row(page, Cells(line), header);
            else if (IsText(line)) page.Append(CultureInfo.InvariantCulture, $".PP\n{Text(line)}\n");
            if (!line.StartsWith('|')) header = [];
        }

        return page.ToString();
    }

    /// <summary>The page's title and the note for who changes docs/cli.md are none of the manual.</summary>
    private static bool IsText(string line)
        => line.Length > 0 && !line.StartsWith("# ", StringComparison.Ordinal) && !line.StartsWith("Written by ", StringComparison.Ordinal);

    /// <summary>Appends a row unless it is the first one, which names the columns, or the rule below it; returns the names.</summary>
    private static string[] Row(StringBuilder page, string[] cells, string[] header)
    {
        if (header.Length == 0) return cells;
        if (cells.All(c => c.Length > 0 && c.Trim('-').Length == 0)) return header;
        (string Name, string Text)[] others = [.. header.Zip(cells).Skip(1).Where(c => c.Second.Length > 0)];
        string facts = string.Join(", ", others.Where(c => c.Name.Length > 0).Select(c => $"{c.Name}: {c.Text}"));
        string tag = facts.Length > 0 ? $"{cells[0]} ({facts})" : cells[0];
        string text = string.Join(' ', others.Where(c => c.Name.Length == 0).Select(c => c.Text));
        page.Append(text.Length > 0 ? $".TP\n{Text(tag)}\n{Text(text)}\n" : $".IP \\(bu 2\n{Text(tag)}\n");
        return header;
    }

    /// <summary>Cells of a row; a bar within one has a backslash before it.</summary>
    private static string[] Cells(string line) => [.. Bar().Split(line).Skip(1).SkipLast(1)
        .Select(c => c.Trim().Replace("\\|", "|", StringComparison.Ordinal))];

    /// <summary>A line of text: code is bold, and no line is taken for a request.</summary>
    private static string Text(string markdown)
    {
        string[] parts = Escaped(markdown).Split('`');
        string text = string.Concat(parts.Select((p, i) => i % 2 == 1 ? $"\\fB{p}\\fR" : p));
        return text.StartsWith('.') || text.StartsWith('\'') ? $"\\&{text}" : text;
    }

    private static string Escaped(string text)
        => text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);

    /// <summary>Builds that shall be the same give the time (https://reproducible-builds.org/specs/source-date-epoch).</summary>
    private static DateTimeOffset Date()
    {
        string? given = Environment.GetEnvironmentVariable("SOURCE_DATE_EPOCH");
        return long.TryParse(given, CultureInfo.InvariantCulture, out long seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.UtcNow;
    }

    [GeneratedRegex(@"(?<!\\)\|", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Bar();
}
