using RealtimeSeg.Training.Runs;
using ScottPlot;

namespace RealtimeSeg.Training.Commands;

/// <summary>Validation scores of several networks against epochs, in one plot: the mean of the seeds, and between which they lie.</summary>
internal static class LearningCurves
{
    private const int Width = 1000, Height = 600;

    /// <summary>Opacity of the range between the seeds.</summary>
    private const double BandOpacity = 0.2;

    /// <param name="path">The .png to write.</param>
    /// <param name="folders">By network, the folders of its runs.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(string path, IEnumerable<(string Name, IReadOnlyList<string> Folders)> folders)
    {
        Plot plot = new();
        double last = 0;
        foreach ((string name, IReadOnlyList<string> runs) in folders)
        {
            (double Epoch, double MeanIu)[] all = [.. runs.SelectMany(RunLog.Scores)];
            if (all.Length == 0) continue;
            IGrouping<double, double>[] points = [.. all.GroupBy(p => p.Epoch, p => p.MeanIu).OrderBy(g => g.Key)];
            double[] epochs = [.. points.Select(p => p.Key)];
            ScottPlot.Plottables.Scatter mean = plot.Add.Scatter(epochs, points.Select(p => p.Average()).ToArray());
            mean.LegendText = name;
            ScottPlot.Plottables.FillY band = plot.Add.FillY(epochs, [.. points.Select(p => p.Min())], [.. points.Select(p => p.Max())]);
            band.FillColor = mean.Color.WithAlpha(BandOpacity);
            band.LineWidth = 0;
            last = Math.Max(last, epochs[^1]);
        }

        if (last <= 0) return;
        plot.Axes.AutoScale();
        plot.Axes.SetLimits(left: 0, right: last, bottom: 0);
        plot.XLabel("epoch");
        plot.YLabel("validation mIoU");
        plot.ShowLegend(Alignment.LowerRight);
        AtomicFile.Write(path, plot.GetImageBytes(Width, Height, ImageFormat.Png));
    }
}
