using System.Globalization;
using System.Text.Json;
using RealtimeSeg.Frames;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>Medians of an earlier bench, read from its JSON, to compare with.</summary>
internal sealed class Baseline
{
    private const double SmallestComparable = 0.005; // ms; below it a ratio is noise

    private static readonly (string Key, Func<FrameStats, Percentiles> Now)[] Wholes =
        [("capture_to_present", s => s.CaptureToPresent), ("frame_period", s => s.Period)];

    /// <summary>What the medians of two runs have to share to be compared; in the order of the note.</summary>
    private static readonly string[] Conditions =
    [
        "source", "model.name", "model.width", "model.height", "provider", "schedule", "smooth", "target_fps",
        "machine.cpu", "machine.cores", "machine.threads",
    ];

    private static readonly string[] Columns = ["before", "now", "ratio"];

    private readonly string _path;
    private readonly JsonElement _figures;
    private readonly List<(string Name, double Before, Func<FrameStats, double> Now)> _rows = [];

    private Baseline(string path, JsonElement figures)
    {
        (_path, _figures) = (path, figures);
        foreach (JsonProperty stage in figures.GetProperty("stages").EnumerateObject())
            _rows.Add((stage.Name, P50(stage.Value), stats => OfStage(stats, stage.Name)));
        foreach ((string key, Func<FrameStats, Percentiles> now) in Wholes)
            _rows.Add((key.Replace('_', ' '), P50(figures.GetProperty(key)), stats => now(stats).P50));
    }

    /// <exception cref="UserError">No such file, or not the figures of one configuration.</exception>
    public static Baseline Read(string path)
    {
        if (!File.Exists(path)) throw new UserError($"--compare {path}: no such file; write one with --json");
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
            return new Baseline(path, json.RootElement.Clone());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new UserError($"--compare {path}: not the JSON of one configuration ({UserError.OneLine(e)}); write one with --json", e);
        }
    }

    /// <summary>Prints its medians beside a run's.</summary>
    public void Print(RunResult run)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("p50 ms");
        foreach (string column in Columns) table.AddColumn(new TableColumn(column).RightAligned());
        foreach ((string name, double before, Func<FrameStats, double> now) in _rows)
        {
            double after = now(run.Stats);
            table.AddRow(name, Text(before), Text(after), before > SmallestComparable ? Text(after / before) : "");
        }

        AnsiConsole.Write(table);
        Log.Info($"before: {_path}");
        JsonElement measured = AtomicFile.ToJson(Report.Figures(run));
        foreach (string what in Conditions)
        {
            (string before, string after) = (At(_figures, what), At(measured, what));
            if (before != after) Log.Info($"note: another {what.Replace('.', ' ')}: {before} before, {after} now");
        }
    }

    /// <summary>The value at a path of keys; what an older program did not write is "unknown".</summary>
    private static string At(JsonElement figures, string path)
    {
        JsonElement value = figures;
        foreach (string key in path.Split('.'))
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(key, out value)) return "unknown";
        }

        return value.ToString();
    }

    private static double P50(JsonElement percentiles) => percentiles.GetProperty("p50_ms").GetDouble();

    /// <summary>The median of a stage, which an older program may have named otherwise: NaN then.</summary>
    private static double OfStage(FrameStats stats, string name)
        => Enum.TryParse(name, ignoreCase: true, out Stage stage) ? stats.Of(stage).P50 : double.NaN;

    private static string Text(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
