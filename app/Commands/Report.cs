using System.Globalization;
using RealtimeSeg.Frames;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>A run's figures, as a table and for JSON.</summary>
internal static class Report
{
    public static void Print(RunResult run)
    {
        FrameStats stats = run.Stats;
        if (stats.Count == 0)
        {
            Console.WriteLine("no frame was shown");
            return;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("ms");
        foreach (string column in new[] { "p50", "p90", "p95", "p99", "max" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Stage stage in Enum.GetValues<Stage>()) Row(Name(stage), stats.Of(stage));
        Row("capture to present", stats.CaptureToPresent);
        if (run.Report.Skipped > 0) Row("mask age", stats.MaskAge);
        Row("frame period", stats.Period);
        AnsiConsole.Write(table);
        Engine.RunReport r = run.Report;
        Console.WriteLine(Text($"{stats.FramesPerSecond:F1} frames/s over {stats.Count} frames, {r.Dropped} dropped; {r.ManagedBytesPerFrame:F0} managed bytes a frame, collections gen0 {r.Gen0Collections} gen2 {r.Gen2Collections}; peak {r.PeakMegabytes:F0} MB{(r.Flicker is { } f ? Text($"; flicker {f:P2}") : "")}"));
        if (r.Skipped > 0) Console.WriteLine(Text($"{r.Skipped} of {r.Read} frames kept the mask of an earlier one"));
        if (r.NetworkSize is { } size) Console.WriteLine(Text($"network's size at the end {size.Width}×{size.Height}"));
        Console.WriteLine(Text($"{Machine.Cpu}, {Environment.ProcessorCount} cores; {run.Model} ({run.Network}) on {run.Provider}, {run.Threads} threads, spin {(run.Settings.Segmenter.Spin ? "on" : "off")}, {run.Schedule}; {run.Context}, {run.Device}"));

        void Row(string name, Percentiles p) => table.AddRow([name, .. new[] { p.P50, p.P90, p.P95, p.P99, p.Max }.Select(v => v.ToString("F1", CultureInfo.InvariantCulture))]);
    }

    /// <summary>What <c>--json</c> writes.</summary>
    public static object Figures(RunResult run) => new
    {
        fps = run.Stats.FramesPerSecond,
        frames = run.Stats.Count,
        dropped = run.Report.Dropped,
        provider = run.Provider,
        stages = Enum.GetValues<Stage>().ToDictionary(Name, stage => Figures(run.Stats.Of(stage)), StringComparer.Ordinal),
        capture_to_present = Figures(run.Stats.CaptureToPresent),
        frame_period = Figures(run.Stats.Period),
        mask_age = Figures(run.Stats.MaskAge),
        masks_kept = run.Report.Skipped,
        managed_bytes_per_frame = run.Report.ManagedBytesPerFrame,
        gen0_collections = run.Report.Gen0Collections,
        gen2_collections = run.Report.Gen2Collections,
        peak_rss_mb = run.Report.PeakMegabytes,
        flicker = run.Report.Flicker,
        smooth = run.Settings.Labels.Smooth,
        source = run.Settings.Source,
        schedule = run.Schedule,
        model = new { name = run.Model, network = run.Network, width = run.Size.Width, height = run.Size.Height },
        machine = new { cpu = Machine.Cpu, cores = Environment.ProcessorCount, threads = run.Threads, spin = run.Settings.Segmenter.Spin, gl = run.Device, context = run.Context },
    };

    public static string Name(Stage stage) => stage.ToString().ToLowerInvariant();

    private static object Figures(Percentiles p) => new { p50_ms = p.P50, p90_ms = p.P90, p95_ms = p.P95, p99_ms = p.P99, max_ms = p.Max };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
