using ScottPlot;
using ScottPlot.Plottables;

namespace RealtimeSeg.Commands;

/// <summary>A suite as an image: how the time grows with the size, a line for each network, at the most threads.</summary>
internal static class SuitePlot
{
    private const int Width = 1000, Height = 600;
    private const double Mega = 1e6;

    /// <summary>Returns the name that the file got.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cases">What is shown.</param>
    /// <param name="overwrite">Whether a file of that name may be replaced.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static string Save(string path, IReadOnlyList<SuiteCase> cases, bool overwrite)
    {
        using Plot plot = new();
        int threads = cases.Max(c => c.Threads);
        IEnumerable<SuiteCase> shown = cases.Where(c => c.Threads == threads);
        foreach (IGrouping<string, SuiteCase> network in shown.GroupBy(c => c.Model, StringComparer.Ordinal))
        {
            SuiteCase[] sizes = [.. network.OrderBy(Pixels)];
            Scatter alone = plot.Add.Scatter(sizes.Select(Pixels).ToArray(), [.. sizes.Select(c => c.NetworkMs)]);
            alone.LegendText = network.Key;
            if (sizes[0].Whole is null) continue;
            double[] wholes = [.. sizes.Select(c => c.Whole!.Stats.CaptureToPresent.P50)];
            Scatter whole = plot.Add.Scatter(sizes.Select(Pixels).ToArray(), wholes, alone.Color);
            (whole.LinePattern, whole.MarkerSize) = (LinePattern.Dotted, 0);
        }

        plot.Title($"{Processor.Name}, {threads} threads: the network alone; dotted: capture to present");
        plot.XLabel("megapixels of the network's size");
        plot.YLabel("ms, median");
        plot.Axes.AutoScale();
        plot.Axes.SetLimits(left: 0, bottom: 0);
        plot.ShowLegend(Alignment.UpperLeft);
        return PlotFile.Write(path, (Width, Height), overwrite, plot);
    }

    private static double Pixels(SuiteCase c) => c.Size.Width * c.Size.Height / Mega;
}
