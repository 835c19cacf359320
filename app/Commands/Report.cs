using System.Globalization;
using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Model;
using Spectre.Console;

namespace RealtimeSeg.Commands;

/// <summary>A run's figures, as a table and as JSON.</summary>
internal static class Report
{
    public static void Print(RunReport r, Segmenter segmenter, IGlContext context, Renderer renderer, EngineOptions options)
    {
        if (r.Stats.Count == 0)
        {
            Console.WriteLine("no frame was shown");
            return;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("ms");
        foreach (string column in new[] { "p50", "p90", "p95", "p99", "max" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Stage stage in Enum.GetValues<Stage>()) Row(Name(stage), r.Stats.Of(stage));
        Row("capture to present", r.Stats.CaptureToPresent);
        if (r.Skipped > 0) Row("mask age", r.Stats.MaskAge);
        Row("frame period", r.Stats.Period);
        AnsiConsole.Write(table);
        Console.WriteLine(Text($"{r.Stats.FramesPerSecond:F1} frames/s over {r.Stats.Count} frames, {r.Dropped} dropped; {r.ManagedBytesPerFrame:F0} managed bytes a frame, collections gen0 {r.Gen0Collections} gen2 {r.Gen2Collections}; peak {r.PeakMegabytes:F0} MB{(r.Flicker is { } f ? Text($"; flicker {f:P2}") : "")}"));
        if (r.Skipped > 0) Console.WriteLine(Text($"{r.Skipped} of {r.Read} frames kept the mask of an earlier one"));
        if (r.NetworkSize is { } size) Console.WriteLine(Text($"network's size at the end {size.Width}×{size.Height}"));
        Console.WriteLine(Text($"{Machine.Cpu}, {Environment.ProcessorCount} cores; {segmenter.Name} ({segmenter.Manifest.Network}) on {segmenter.Provider}, {segmenter.Threads} threads, {Schedule(options)}; {context.Kind}, {renderer.Device}"));

        void Row(string name, Percentiles p) => table.AddRow([name, .. new[] { p.P50, p.P90, p.P95, p.P99, p.Max }.Select(v => v.ToString("F1", CultureInfo.InvariantCulture))]);
    }

    public static void WriteJson(Settings s, RunReport r, Segmenter segmenter, IGlContext context, Renderer renderer, EngineOptions options)
    {
        if (s.Json is null) return;
        var figures = new
        {
            fps = r.Stats.FramesPerSecond,
            frames = r.Stats.Count,
            dropped = r.Dropped,
            provider = segmenter.Provider,
            stages = Enum.GetValues<Stage>().ToDictionary(Name, stage => Figures(r.Stats.Of(stage)), StringComparer.Ordinal),
            capture_to_present = Figures(r.Stats.CaptureToPresent),
            frame_period = Figures(r.Stats.Period),
            managed_bytes_per_frame = r.ManagedBytesPerFrame,
            gen0_collections = r.Gen0Collections,
            gen2_collections = r.Gen2Collections,
            peak_rss_mb = r.PeakMegabytes,
            flicker = r.Flicker,
            mask_age = Figures(r.Stats.MaskAge),
            masks_kept = r.Skipped,
            smooth = s.Labels.Smooth,
            source = s.Source,
            schedule = Schedule(options),
            model = new { name = segmenter.Name, network = segmenter.Manifest.Network, width = segmenter.Manifest.Size.Width, height = segmenter.Manifest.Size.Height },
            machine = new { cpu = Machine.Cpu, cores = Environment.ProcessorCount, threads = segmenter.Threads, gl = renderer.Device, context = context.Kind },
        };
        AtomicFile.WriteJson(s.Json, figures);
    }

    private static object Figures(Percentiles p) => new { p50_ms = p.P50, p90_ms = p.P90, p95_ms = p.P95, p99_ms = p.P99, max_ms = p.Max };

    private static string Name(Stage stage) => stage.ToString().ToLowerInvariant();

    private static string Schedule(EngineOptions options) => options.Schedule.ToString().ToLowerInvariant();

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
