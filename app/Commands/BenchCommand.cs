using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using RealtimeSeg.Frames;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary><c>bench</c>: latency of every stage, of one configuration or of several side by side.</summary>
internal static class BenchCommand
{
    private const string Model = "model", Size = "size", Threads = "threads", Provider = "provider";

    public static Command Create()
    {
        PipelineOptions options = new(Mode.Bench);
        Option<string[]> sweep = new("--sweep") { Description = $"Several configurations side by side: {Model}=A.onnx,B.onnx, {Size}=480x360,320x240, {Threads}=1,2, {Provider}=cpu,cuda; more than once for their product" };
        Option<string?> compare = new("--compare") { Description = "The JSON of an earlier bench, to compare with" };
        Option<string?> plot = new("--plot") { Description = "FILE.png: distribution of the latency, and where the time goes" };
        Option<string?> csv = new("--csv") { Description = "FILE.csv: a row a configuration" };
        Option<string?> markdown = new("--markdown") { Description = "FILE.md: the same as a table for a README" };
        Command c = new(Mode.Bench.Name, Mode.Bench.Description);
        options.AddTo(c);
        foreach (Option o in (Option[])[sweep, compare, plot, csv, markdown]) c.Add(o);
        c.SetAction(p =>
        {
            PipelineSettings first = options.Read(p);
            BaselineFile? before = p.GetValue(compare) is { } old ? BaselineFile.Read(old) : null;
            List<(string Name, PipelineSettings Settings)> all = Product(first, p.GetValue(sweep) ?? []);
            List<(string Name, RunResult Run)> runs = [];
            foreach ((string name, PipelineSettings settings) in all)
            {
                if (all.Count > 1) Console.WriteLine($"— {name}");
                runs.Add((name, RunCommand.Execute(Mode.Bench, settings)));
            }

            string[][] rows = Rows(runs);
            if (runs.Count > 1) PrintTable(rows);
            before?.Print(runs[0].Run);
            AtomicFile.WriteJson(first.Json, runs.Count == 1 ? Report.Figures(runs[0].Run) : runs.Select(r => new { name = r.Name, figures = Report.Figures(r.Run) }));
            if (p.GetValue(csv) is { } csvFile) AtomicFile.Write(csvFile, Encoding.UTF8.GetBytes(string.Join('\n', rows.Select(r => string.Join(',', r.Select(v => v.Contains(',', StringComparison.Ordinal) ? $"\"{v}\"" : v)))) + "\n"));
            if (p.GetValue(markdown) is { } markdownFile) AtomicFile.Write(markdownFile, Encoding.UTF8.GetBytes(Markdown(rows)));
            if (p.GetValue(plot) is { } plotFile) BenchPlot.Save(plotFile, runs);
            return 0;
        });
        return c;
    }

    /// <summary>Every combination of what was asked for, the plain settings where nothing was.</summary>
    private static List<(string Name, PipelineSettings Settings)> Product(PipelineSettings first, IReadOnlyList<string> axes)
    {
        List<(string Name, PipelineSettings Settings)> all = [("", first)];
        foreach (string axis in axes)
        {
            int equals = axis.IndexOf('=', StringComparison.Ordinal);
            string key = equals > 0 ? axis[..equals] : "";
            string[] values = equals > 0 ? axis[(equals + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) : [];
            if (key is not (Model or Size or Threads or Provider) || values.Length == 0) throw new UserError($"--sweep {axis}: write {Model}=, {Size}=, {Threads}= or {Provider}= and values with commas");
            all = [.. all.SelectMany(one => values.Select(v => ($"{one.Name} {(key == Model ? Path.GetFileNameWithoutExtension(v) : $"{key} {v}")}".Trim(), With(one.Settings, key, v))))];
        }

        return all;
    }

    private static PipelineSettings With(PipelineSettings s, string key, string value) => key switch
    {
        Model => s with { Model = value },
        Size => s with { Segmenter = s.Segmenter with { Size = PipelineSettings.ParseSize(value) } },
        Provider => s with { Segmenter = s.Segmenter with { Provider = value } },
        _ => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) ? s with { Segmenter = s.Segmenter with { Threads = threads } } : throw new UserError($"--sweep threads: '{value}' is no number"),
    };

    private static string[][] Rows(List<(string Name, RunResult Run)> runs)
    {
        double first = runs[0].Run.Stats.CaptureToPresent.P50;
        static string Ms(double v) => v.ToString("F1", CultureInfo.InvariantCulture);
        string[] head = ["configuration", "frames/s", "network p50 ms", "network p90 ms", "whole p50 ms", "whole p90 ms", "whole p99 ms", "ratio"];
        return [head, .. runs.Select(r =>
        {
            Percentiles network = r.Run.Stats.Of(Stage.Infer), whole = r.Run.Stats.CaptureToPresent;
            return (string[])[r.Name.Length > 0 ? r.Name : r.Run.Model, Ms(r.Run.Stats.FramesPerSecond), Ms(network.P50), Ms(network.P90), Ms(whole.P50), Ms(whole.P90), Ms(whole.P99), (whole.P50 / first).ToString("F2", CultureInfo.InvariantCulture)];
        })];
    }

    private static void PrintTable(string[][] rows)
    {
        Table table = new Table().Border(TableBorder.Simple);
        table.AddColumn(rows[0][0]);
        foreach (string column in rows[0].Skip(1)) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (string[] row in rows.Skip(1)) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
        Console.WriteLine("network: inference alone; whole: capture to present; ratio: of the whole's p50 to the first row's");
    }

    private static string Markdown(string[][] rows)
    {
        static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(c => c.Replace("|", "\\|", StringComparison.Ordinal)))} |\n";
        return Line(rows[0]) + Line(rows[0].Select((_, i) => i == 0 ? "---" : "--:")) + string.Concat(rows.Skip(1).Select(Line));
    }

    /// <summary>An earlier bench's JSON.</summary>
    private sealed record BaselineFile(string Path, IReadOnlyDictionary<string, double> P50)
    {
        public static BaselineFile Read(string path)
        {
            if (!File.Exists(path)) throw new UserError($"--compare {path}: no such file; write one with --json");
            try
            {
                using JsonDocument json = JsonDocument.Parse(File.ReadAllText(path));
                Dictionary<string, double> p50 = new(StringComparer.Ordinal);
                foreach (JsonProperty stage in json.RootElement.GetProperty("stages").EnumerateObject()) p50[stage.Name] = stage.Value.GetProperty("p50_ms").GetDouble();
                foreach (string whole in new[] { "capture_to_present", "frame_period" }) p50[whole.Replace('_', ' ')] = json.RootElement.GetProperty(whole).GetProperty("p50_ms").GetDouble();
                return new BaselineFile(path, p50);
            }
            catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new UserError($"--compare {path} is not what 'bench --json' writes for one configuration ({UserError.OneLine(e)})", e);
            }
        }

        public void Print(RunResult now)
        {
            Table table = new Table().Border(TableBorder.Simple).AddColumn("p50 ms");
            foreach (string column in new[] { "before", "now", "ratio" }) table.AddColumn(new TableColumn(column).RightAligned());
            foreach ((string name, double before) in P50)
            {
                double after = name == "capture to present" ? now.Stats.CaptureToPresent.P50 : name == "frame period" ? now.Stats.Period.P50
                    : Enum.TryParse(name, ignoreCase: true, out Stage stage) ? now.Stats.Of(stage).P50 : double.NaN;
                table.AddRow(name, before.ToString("F2", CultureInfo.InvariantCulture), after.ToString("F2", CultureInfo.InvariantCulture), before > 0.005 ? (after / before).ToString("F2", CultureInfo.InvariantCulture) : "");
            }

            AnsiConsole.Write(table);
            Console.WriteLine($"before: {Path}");
        }
    }
}
