using RealtimeSeg.Frames;
using ScottPlot;

namespace RealtimeSeg.Commands;

/// <summary>A bench as a picture: how the latency is distributed, and which stages it is made of.</summary>
internal static class BenchPlot
{
    private const int Width = 1000, Height = 760, Bins = 60;

    public static void Save(string path, IReadOnlyList<(string Name, RunResult Run)> runs)
    {
        Multiplot both = new();
        both.AddPlots(2);
        Distribution(both.GetPlot(0), runs);
        Stages(both.GetPlot(1), runs);
        AtomicFile.Write(path, both.Render(Width, Height).GetImageBytes(ImageFormat.Png, 100));
        Console.WriteLine($"wrote {path}");
    }

    private static void Distribution(Plot plot, IReadOnlyList<(string Name, RunResult Run)> runs)
    {
        double end = runs.Max(r => r.Run.Stats.CaptureToPresent.P99) * 1.1, bin = Math.Max(end / Bins, 1e-3);
        foreach ((string name, RunResult run) in runs)
        {
            double[] latencies = run.Stats.Latencies(), counts = new double[Bins];
            foreach (double ms in latencies) counts[Math.Min(Bins - 1, (int)(ms / bin))] += 100.0 / latencies.Length;
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter([.. Enumerable.Range(0, Bins).Select(i => (i + 0.5) * bin)], counts);
            (line.MarkerSize, line.LegendText, line.ConnectStyle) = (0, Label(name, run), ConnectStyle.StepHorizontal);
            plot.Add.VerticalLine(run.Stats.CaptureToPresent.P90, 1, line.Color, LinePattern.Dotted);
        }

        plot.Title("capture to present; dotted: the 90th percentile");
        plot.XLabel("ms");
        plot.YLabel("% of frames");
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static void Stages(Plot plot, IReadOnlyList<(string Name, RunResult Run)> runs)
    {
        Stage[] stages = Enum.GetValues<Stage>();
        ScottPlot.Palettes.Category10 colors = new();
        for (int i = 0; i < runs.Count; i++)
        {
            double at = 0;
            foreach (Stage stage in stages)
            {
                double ms = runs[i].Run.Stats.Of(stage).P50;
                plot.Add.Bars((Bar[])[new Bar { Position = i, ValueBase = at, Value = at + ms, FillColor = colors.GetColor((int)stage), Orientation = Orientation.Horizontal }]);
                at += ms;
            }
        }

        foreach (Stage stage in stages) plot.Legend.ManualItems.Add(new LegendItem { LabelText = Report.Name(stage), FillColor = colors.GetColor((int)stage) });
        plot.Axes.Left.SetTicks([.. Enumerable.Range(0, runs.Count).Select(i => (double)i)], [.. runs.Select(r => Label(r.Name, r.Run))]);
        plot.Title("stages, medians");
        plot.XLabel("ms");
        plot.ShowLegend(Alignment.UpperRight);
    }

    private static string Label(string name, RunResult run) => name.Length > 0 ? name : run.Model;
}
