using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>A run's figures, as a table and for JSON.</summary>
internal static class Report
{
    private static readonly string[] Columns = ["p50", "p90", "p95", "p99", "max"];

    /// <summary>Tells figures, outputs and what went wrong.</summary>
    /// <param name="run">What was measured.</param>
    /// <param name="withFigures">Whether figures of a video are told.</param>
    public static void Print(RunResult run, bool withFigures)
    {
        if (run.Stats.Count == 0) Log.Info("no frame was shown");
        else if (withFigures) PrintFigures(run);
        foreach (string output in run.Report.Outputs) Log.Info($"wrote {output}");
        string unread = run.Report.Unread > 0 ? Text($", {run.Report.Unread} more came that newer ones overtook unread") : "";
        long warming = run.Report.Read - run.Stats.Count - run.Report.Dropped;
        string warmUp = run.Engine.WarmUp > 0 && warming > 0 ? $", {Math.Min(warming, run.Engine.WarmUp)} of them to warm up" : "";
        string frames = (run.ArePictures ? "image" : "frame") + (run.Report.Read == 1 ? "" : "s");
        Log.Write(LogLevel.Info, $"read {run.Report.Read} {frames} from {run.Source}{warmUp}{unread}", Figures(run));
        foreach (string problem in run.Report.Problems) Log.Warning(problem);
    }

    /// <summary>What <c>--json</c> writes.</summary>
    public static object Figures(RunResult run) => new
    {
        fps = run.Stats.FramesPerSecond,
        frames = run.Stats.Count,
        dropped = run.Report.Dropped,
        start_ms = run.Report.StartMs,
        provider = run.Provider,
        gl_bits = run.GlBits,
        stages = Enum.GetValues<Stage>().ToDictionary(Name, stage => Figures(run.Stats.Of(stage)), StringComparer.Ordinal),
        capture_to_present = Figures(run.Stats.CaptureToPresent),
        frame_period = Figures(run.Stats.Period),
        mask_age = Figures(run.Stats.MaskAge),
        masks_kept = run.Stats.MasksKept,
        managed_bytes_per_frame = run.Report.ManagedBytesPerFrame,
        uploads_per_frame = run.Report.UploadsPerFrame,
        readbacks_per_frame = run.Report.ReadbacksPerFrame,
        gen0_collections = run.Report.Gen0Collections,
        gen2_collections = run.Report.Gen2Collections,
        peak_rss_mb = run.Report.PeakMegabytes,
        context_losses = run.Report.ContextLosses,
        flicker = run.Report.Flicker,
        networks = run.Stats.Networks.Select(Figures),
        smooth = run.Engine.Labels?.Smooth ?? 0,
        target_fps = run.TargetFps,
        source = Address.Public(string.Join(", ", run.Settings.Sources)),
        schedule = run.Schedule,
        model = new { name = run.Model, network = run.Network, width = run.Size.Width, height = run.Size.Height },
        machine = new
        {
            cpu = Processor.Name,
            cores = Environment.ProcessorCount,
            threads = run.Threads,
            spin = run.Settings.Segmenter.Spin,
            gl = run.Device,
            context = run.Context,
        },
    };

    public static string Name(Stage stage) => stage.ToString().ToLowerInvariant();

    private static void PrintFigures(RunResult run)
    {
        if (Log.TakesTables) AnsiConsole.Write(Latencies(run));
        foreach (string line in Lines(run)) Log.Info(line);
    }

    private static Table Latencies(RunResult run)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("ms");
        foreach (string column in Columns) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Stage stage in Enum.GetValues<Stage>()) Row(Name(stage), run.Stats.Of(stage));
        Row("capture to present", run.Stats.CaptureToPresent);
        if (run.Stats.MasksKept > 0) Row("mask age", run.Stats.MaskAge);
        Row("frame period", run.Stats.Period);
        return table;

        void Row(string name, Percentiles p)
        {
            double[] values = [p.P50, p.P90, p.P95, p.P99, p.Max];
            table.AddRow([name, .. values.Select(v => v.ToString("F1", CultureInfo.InvariantCulture))]);
        }
    }

    private static IEnumerable<string> Lines(RunResult run)
    {
        RunReport r = run.Report;
        string frames = Text($"{run.Stats.FramesPerSecond:F1} frames/s over {run.Stats.Count} frames, {r.Dropped} dropped");
        string collections = $"collections gen0 {r.Gen0Collections} gen2 {r.Gen2Collections}";
        string raw = run.Engine.Labels?.Smooth is 0 ? " without smoothing" : "";
        string flicker = r.Flicker is { } share ? Text($"; flicker {share:P2}{raw}") : "";
        yield return $"{frames}{flicker}";
        yield return Text($"{r.ManagedBytesPerFrame:F0} managed bytes per frame, {collections}; peak {r.PeakMegabytes:F0} MB");
        if (r.StartMs is { } start) yield return Text($"first frame {start / 1000:F2} s after the program's start");
        if (run.Stats.MasksKept is > 0 and long kept) yield return $"{kept} of {run.Stats.Count} frames kept the mask of an earlier one";
        IReadOnlyList<NetworkUse> networks = run.Stats.Networks;
        string target = run.TargetFps > 0 ? Text($", for {run.TargetFps:0.##} frames/s") : "";
        string spin = run.Settings.Segmenter.Spin ? "on" : "off", threads = run.Threads == 1 ? "1 thread" : $"{run.Threads} threads";
        if (networks.Count == 1) yield return $"{Named(networks[0], run)}{target}";
        else if (networks.Count > 1) yield return $"{networks.Count} networks{target}; medians in ms:";
        foreach (NetworkUse n in networks.Count > 1 ? networks : []) yield return $"  {Named(n, run)}: {Times(n)}";
        yield return $"{Processor.Name}, {Environment.ProcessorCount} cores, {threads}, spin {spin}, {run.Schedule}";
        yield return $"{run.Context}, {run.Device}";
    }

    private static string Named(NetworkUse n, RunResult run)
    {
        string bits = n.Provider == ExecutionProviders.Gl ? Text($" in {run.GlBits} bits") : "";
        string size = n.Size is { } s ? $"{s.Width}×{s.Height}" : "other sizes";
        string network = n.Network.Length > 0 ? $" ({n.Network})" : "";
        return $"{n.Name}{network} at {size} on {n.Provider}{bits}";
    }

    private static string Times(NetworkUse n)
        => Text($"{n.Frames} frames, infer {n.Infer.P50:F1}, capture to present {n.CaptureToPresent.P50:F1}");

    private static object Figures(NetworkUse n) => new
    {
        name = n.Name,
        network = n.Network,
        provider = n.Provider,
        width = n.Size?.Width,
        height = n.Size?.Height,
        frames = n.Frames,
        infer = Figures(n.Infer),
        capture_to_present = Figures(n.CaptureToPresent),
    };

    private static object Figures(Percentiles p) => new { p50_ms = p.P50, p90_ms = p.P90, p95_ms = p.P95, p99_ms = p.P99, max_ms = p.Max };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
