using System.Text;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>Figures in rows: on the terminal, as CSV and as Markdown.</summary>
/// <param name="Head">Names of the columns; the first holds names, the others hold numbers.</param>
/// <param name="Rows">A text for each column.</param>
/// <param name="Note">What the columns mean, below the table on the terminal.</param>
internal sealed record FigureTable(IReadOnlyList<string> Head, IReadOnlyList<string[]> Rows, string Note)
{
    private const int Widest = 200;

    /// <summary>Names of the columns for a terminal, in two rows where that makes them narrower; null for the same as elsewhere.</summary>
    public IReadOnlyList<string>? ShortHead { get; init; }

    public void Print()
    {
        if (Terminal.Columns is null) AnsiConsole.Profile.Width = Widest; // a file or a pipe has no width to break lines for
        IReadOnlyList<string> head = Terminal.Columns is null ? Head : ShortHead ?? Head;
        // Where there is no room for all, names are broken and numbers are not.
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn(head[0]).Padding(0, 1));
        foreach (string column in head.Skip(1)) table.AddColumn(new TableColumn(column).RightAligned().Padding(0, 1).NoWrap());
        foreach (string[] row in Rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        foreach (string line in Note.Split('\n').SelectMany(n => Terminal.Wrapped(n, Terminal.Columns))) Console.WriteLine(line);
    }

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public string WriteCsv(string path, bool overwrite)
    {
        static string Cell(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;
        return Write(path, overwrite, Rows.Prepend([.. Head]).Select(row => string.Join(',', row.Select(Cell))));
    }

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public string WriteMarkdown(string path, bool overwrite)
    {
        static string Line(IEnumerable<string> cells)
            => $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |";
        string rule = Line(Head.Select((_, i) => i == 0 ? "---" : "--:"));
        return Write(path, overwrite, [Line(Head), rule, .. Rows.Select(Line)]);
    }

    private static string Write(string path, bool overwrite, IEnumerable<string> lines)
        => AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), overwrite);
}
