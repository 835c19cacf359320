using System.Globalization;
using ScottPlot;

namespace RealtimeSeg.Training.Runs;

/// <summary>The loss and the validation score of a run so far, as a plot that is drawn again after each evaluation.</summary>
internal sealed class RunCurves
{
    private const string FileName = "curves.png";
    private const int Width = 900, Height = 480;
    private readonly string _path;
    private readonly List<double> _epochs = [], _losses = [], _scoreEpochs = [], _scores = [];

    /// <param name="folder">Where the plot goes.</param>
    /// <param name="csv">The log of the run before it was interrupted, to continue its curves; null for none.</param>
    public RunCurves(string folder, string? csv)
    {
        _path = Path.Combine(folder, FileName);
        if (csv is null) return;
        foreach (string[] row in File.ReadLines(csv).Skip(1).Select(l => l.Split(',')).Where(r => r.Length == 8))
        {
            if (!Number(row[1], out double epoch) || !Number(row[2], out double loss)) continue;
            Remember(epoch, loss, Number(row[6], out double score) && double.IsFinite(score) ? score : null);
        }
    }

    /// <param name="epoch">Epochs done.</param>
    /// <param name="loss">Mean of the epoch.</param>
    /// <param name="meanIu">On the validation split; null without an evaluation.</param>
    public void Add(double epoch, double loss, double? meanIu)
    {
        Remember(epoch, loss, meanIu);
        if (meanIu is not null) Draw();
    }

    private void Remember(double epoch, double loss, double? meanIu)
    {
        _epochs.Add(epoch);
        _losses.Add(loss);
        if (meanIu is not { } score) return;
        _scoreEpochs.Add(epoch);
        _scores.Add(score);
    }

    private void Draw()
    {
        Plot plot = new();
        ScottPlot.Plottables.Scatter loss = plot.Add.Scatter(_epochs, _losses), score = plot.Add.Scatter(_scoreEpochs, _scores);
        loss.MarkerSize = 0;
        loss.LegendText = "training loss (left)";
        score.LegendText = "validation mIoU (right)";
        score.Axes.YAxis = plot.Axes.Right;
        plot.Axes.Right.Min = 0;
        plot.Axes.Right.Max = 1;
        plot.XLabel("epoch");
        plot.ShowLegend(Alignment.UpperCenter);
        AtomicFile.Write(_path, plot.GetImageBytes(Width, Height, ImageFormat.Png));
    }

    private static bool Number(string text, out double value)
        => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
