using RealtimeSeg.Frames;
using ScottPlot;
using ScottPlot.Plottables;

namespace RealtimeSeg.Commands;

/// <summary>A bench as an image: how the latency is distributed, and its share per stage.</summary>
internal static class BenchPlot
{
    private const int Width = 1000, Height = 760, Bins = 60;
    private const double SmallestBin = 1e-3; // ms

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="runs">What is shown.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static string Save(string path, IReadOnlyList<BenchRun> runs, bool overwrite)
    {
        using Plot distribution = new(), stages = new();
        Distribution(distribution, runs);
        Stages(stages, runs);
        return PlotFile.Write(path, (Width, Height), overwrite, distribution, stages);
    }

    private static void Distribution(Plot plot, IReadOnlyList<BenchRun> runs)
    {
        double end = runs.Max(r => r.Result.Stats.CaptureToPresent.P99) * 1.1, bin = Math.Max(end / Bins, SmallestBin);
        double[] centres = [.. Enumerable.Range(0, Bins).Select(i => (i + 0.5) * bin)];
        foreach (BenchRun run in runs)
        {
            FrameStats stats = run.Result.Stats;
            long[] frames = stats.LatencySpread(bin, Bins);
            double[] percent = [.. frames.Select(n => 100.0 * n / Math.Max(1, frames.Sum()))];
            Scatter line = plot.Add.Scatter(centres, percent);
            line.MarkerSize = 0;
            line.LegendText = run.Label;
            line.ConnectStyle = ConnectStyle.StepHorizontal;
            plot.Add.VerticalLine(stats.CaptureToPresent.P90, 1, line.Color, LinePattern.Dotted);
        }

        plot.Title("capture to present; dotted: the 90th percentile");
        plot.XLabel("ms");
        plot.YLabel("% of frames");
        BeginAtZero(plot);
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void Stages(Plot plot, IReadOnlyList<BenchRun> runs)
    {
        ScottPlot.Palettes.Category10 colors = new();
        for (int i = 0; i < runs.Count; i++) AddStack(plot, runs[i].Result.Stats, i, colors);
        foreach (Stage stage in Enum.GetValues<Stage>())
            plot.Legend.ManualItems.Add(new LegendItem { LabelText = Report.Name(stage), FillColor = colors.GetColor((int)stage) });
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, runs.Count).Select(i => (double)i)], [.. runs.Select(r => r.Label)]);
        plot.Title("stages, medians");
        plot.XLabel("ms");
        BeginAtZero(plot);
        plot.ShowLegend(Alignment.UpperRight);
    }

    /// <summary>No time is negative.</summary>
    private static void BeginAtZero(Plot plot)
    {
        plot.Axes.AutoScale();
        plot.Axes.SetLimits(left: 0);
    }

    /// <summary>A run's stages end to end as one horizontal bar.</summary>
    private static void AddStack(Plot plot, FrameStats stats, int position, ScottPlot.Palettes.Category10 colors)
    {
        double start = 0;
        foreach (Stage stage in Enum.GetValues<Stage>())
        {
            double end = start + stats.Of(stage).P50;
            Bar bar = new()
            {
                Position = position,
                ValueBase = start,
                Value = end,
                FillColor = colors.GetColor((int)stage),
                Orientation = Orientation.Horizontal,
            };
            plot.Add.Bars((Bar[])[bar]);
            start = end;
        }
    }
}
