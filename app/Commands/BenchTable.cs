using System.Globalization;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Commands;

/// <summary>Configurations of a bench side by side, a row each.</summary>
internal static class BenchTable
{
    private static readonly string[] Head =
        ["configuration", "frames/s", "network p50 ms", "network p90 ms", "whole p50 ms", "whole p90 ms", "whole p99 ms", "ratio"];

    private static readonly string[] ShortHead =
        ["\nconfiguration", "\nfps", "network\np50", "\np90", "whole\np50", "\np90", "\np99", "\nratio"];

    public static FigureTable Of(IReadOnlyList<BenchRun> runs)
    {
        double first = runs[0].Result.Stats.CaptureToPresent.P50;
        const string Note = "network: inference alone; whole: capture to present; ratio: whole p50 relative to the first row's";
        string models = Models([.. runs.Select(r => (r.Label, r.Result.Model))]);
        return new FigureTable(Head, [.. runs.Select(r => Row(r, first))], Note + models) { ShortHead = ShortHead };
    }

    /// <summary>
    /// Which models were compared, where the configurations do not tell: a provider may have taken another file of the pair.
    /// </summary>
    internal static string Models(IReadOnlyList<(string Label, string Model)> runs)
    {
        bool differ = runs.Any(r => r.Model != runs[0].Model);
        bool told = runs.All(r => r.Label.Contains(r.Model, StringComparison.Ordinal));
        return differ && !told
            ? $"\nmodels: {string.Join("; ", runs.Select(r => $"{r.Label}: {r.Model}"))} (--precision float takes the same)"
            : "";
    }

    private static string[] Row(BenchRun run, double first)
    {
        FrameStats stats = run.Result.Stats;
        Percentiles network = stats.Of(Stage.Infer), whole = stats.CaptureToPresent;
        double[] values = [stats.FramesPerSecond, network.P50, network.P90, whole.P50, whole.P90, whole.P99];
        string ratio = (whole.P50 / first).ToString("F2", CultureInfo.InvariantCulture);
        return [run.Label, .. values.Select(v => v.ToString("F1", CultureInfo.InvariantCulture)), ratio];
    }
}
