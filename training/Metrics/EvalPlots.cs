using System.Globalization;
using ScottPlot;

namespace RealtimeSeg.Training.Metrics;

/// <summary>The plots of an evaluation's page.</summary>
internal static class EvalPlots
{
    /// <summary>Smallest share that is written into its cell, and the one from which white text is more legible.</summary>
    private const double SmallestText = 0.01, DarkCell = 0.6;

    /// <summary>IoU and boundary F1 of each class, side by side.</summary>
    public static Plot Classes(IReadOnlyList<string> names, Scoreboard scores)
    {
        const double Width = 0.4;
        Plot plot = new();
        for (int c = 0; c < names.Count; c++)
        {
            Bar iu = BarOf(scores.Matrix.PerClass[c], c - (Width / 2), Width, Colors.SteelBlue);
            Bar f1 = BarOf(scores.Boundary.PerClass[c], c + (Width / 2), Width, Colors.Orange);
            plot.Add.Bars((Bar[])[iu, f1]);
        }

        NameColumns(plot, names);
        plot.Axes.SetLimitsY(0, 1);
        plot.Title("IoU (blue) and boundary F1 (orange)");
        return plot;
    }

    /// <summary>The confusion matrix: row truth, column prediction, shares of the row.</summary>
    public static Plot Confusion(IReadOnlyList<string> names, ConfusionMatrix matrix)
    {
        int n = names.Count;
        double[,] shares = new double[n, n];
        for (int i = 0; i < n * n; i++) shares[i / n, i % n] = matrix.Share(i / n, i % n) is var s && double.IsNaN(s) ? 0 : s;

        Plot plot = new();
        plot.Add.Heatmap(shares).Colormap = new ScottPlot.Colormaps.Blues().Reversed();
        NameColumns(plot, names);
        plot.Axes.Left.SetTicks(Positions(n), [.. names.Reverse()]);
        for (int i = 0; i < n * n; i++)
        {
            double share = shares[i / n, i % n];
            if (share < SmallestText) continue; // too small, or of an absent class
            Write(plot, share, column: i % n, row: n - 1 - (i / n)); // the plot's rows count from below
        }

        return plot;
    }

    private static void Write(Plot plot, double share, int column, int row)
    {
        ScottPlot.Plottables.Text text = plot.Add.Text(share.ToString("F2", CultureInfo.InvariantCulture), column, row);
        text.LabelFontSize = 10;
        text.LabelAlignment = Alignment.MiddleCenter;
        text.LabelFontColor = share > DarkCell ? Colors.White : Colors.Black;
    }

    private static void NameColumns(Plot plot, IReadOnlyList<string> names)
    {
        plot.Axes.Bottom.SetTicks(Positions(names.Count), [.. names]);
        plot.Axes.Bottom.TickLabelStyle.Rotation = 30;
        plot.Axes.Bottom.TickLabelStyle.Alignment = Alignment.UpperLeft;
        plot.Axes.Bottom.MinimumSize = 70;
    }

    private static double[] Positions(int count) => [.. Enumerable.Range(0, count).Select(c => (double)c)];

    /// <summary>A bar; none for a class that is absent.</summary>
    private static Bar BarOf(double value, double position, double width, Color color)
        => new() { Position = position, Value = double.IsNaN(value) ? 0 : value, Size = width, FillColor = color };
}
