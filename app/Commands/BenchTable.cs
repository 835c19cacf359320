using System.Globalization;
using System.Text;
using RealtimeSeg.Frames;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>Configurations of a bench side by side, a row each: on the terminal, as CSV and as Markdown.</summary>
internal sealed class BenchTable
{
    private static readonly string[] Head =
        ["configuration", "frames/s", "network p50 ms", "network p90 ms", "whole p50 ms", "whole p90 ms", "whole p99 ms", "ratio"];

    private readonly string[][] _rows;

    public BenchTable(IReadOnlyList<BenchRun> runs)
    {
        double first = runs[0].Result.Stats.CaptureToPresent.P50;
        _rows = [.. runs.Select(r => Row(r, first))];
    }

    public void Print()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(Head[0]);
        foreach (string column in Head.Skip(1)) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (string[] row in _rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        Console.WriteLine("network: inference alone; whole: capture to present; ratio: whole p50 relative to the first row's");
    }

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public string WriteCsv(string path, bool overwrite)
    {
        static string Cell(string text) => text.Contains(',', StringComparison.Ordinal) ? $"\"{text}\"" : text;
        return Write(path, overwrite, [.. _rows.Prepend(Head).Select(row => string.Join(',', row.Select(Cell)))]);
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
        return Write(path, overwrite, [Line(Head), rule, .. _rows.Select(Line)]);
    }

    private static string[] Row(BenchRun run, double first)
    {
        FrameStats stats = run.Result.Stats;
        Percentiles network = stats.Of(Stage.Infer), whole = stats.CaptureToPresent;
        double[] values = [stats.FramesPerSecond, network.P50, network.P90, whole.P50, whole.P90, whole.P99];
        string ratio = (whole.P50 / first).ToString("F2", CultureInfo.InvariantCulture);
        return [run.Label, .. values.Select(v => v.ToString("F1", CultureInfo.InvariantCulture)), ratio];
    }

    private static string Write(string path, bool overwrite, string[] lines)
        => AtomicFile.Write(path, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), overwrite);
}
