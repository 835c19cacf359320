using System.Globalization;
using System.Text;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// A page about an evaluation: figures, plots, and the worst images with truth, prediction and error map. Its frame is
/// <c>Assets/eval.html</c>, whose {{placeholders}} are filled in here.
/// </summary>
public static class EvalPage
{
    private const string Asset = "eval.html", Page = "index.html", Bars = "classes.png", Matrix = "confusion.png", Worst = "worst.png";
    private const int PlotWidth = 760, PlotHeight = 420, MatrixHeight = 640;

    /// <summary>Where the page and its images go.</summary>
    public static IEnumerable<string> Files(string folder) => new[] { Page, Bars, Matrix, Worst }.Select(f => Path.Combine(folder, f));

    /// <summary>Writes index.html and its images.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="title">The page's.</param>
    /// <param name="scores">The evaluation.</param>
    /// <param name="worst">The images that it collected.</param>
    /// <exception cref="UserError">The folder cannot be written.</exception>
    public static void Write(string folder, string title, Scoreboard scores, WorstImages worst)
    {
        HtmlPage.MakeFolder(folder);
        IReadOnlyList<string> classes = scores.Classes;
        EvalPlots.Classes(classes, scores).SavePng(Path.Combine(folder, Bars), PlotWidth, PlotHeight);
        EvalPlots.Confusion(classes, scores.Matrix).SavePng(Path.Combine(folder, Matrix), PlotWidth, MatrixHeight);
        worst.Save(Path.Combine(folder, Worst));

        string page = HtmlPage.Fill(Asset,
            ("title", HtmlPage.Text(title)),
            ("facts", HtmlPage.Rows(Facts(scores))),
            ("classes", HtmlPage.Rows(ClassFigures(scores))),
            ("legend", HtmlPage.Legend(classes)),
            ("count", worst.Count.ToString(CultureInfo.InvariantCulture)),
            ("names", HtmlPage.Items(worst.Names)));
        AtomicFile.Write(Path.Combine(folder, Page), Encoding.UTF8.GetBytes(page));
    }

    private static IEnumerable<string[]> Facts(Scoreboard s) =>
    [
        ["network", string.Create(CultureInfo.InvariantCulture, $"{s.Manifest.Network}, {s.Manifest.Parameters:N0} parameters")],
        ["images", s.Images.ToString(CultureInfo.InvariantCulture)],
        ["mIoU", F4(s.Matrix.MeanIu)],
        ["pixel accuracy", F4(s.Matrix.PixelAccuracy)],
        ["mean accuracy", F4(s.Matrix.MeanAccuracy)],
        ["frequency-weighted IoU", F4(s.Matrix.FrequencyWeightedIu)],
        ["boundary F1", F4(s.Boundary.Mean)],
        .. s.Fusion is { } f ? (string[][])[["labels fused", $"{f.Aggregate} of the whole image and {f.Most} proposals"]] : [],
        [s.Fusion is null ? "network, median ms per image" : "network, median ms per proposal", Ms(s.MedianMilliseconds)],
        [$"IoU of small objects (below {s.Sizes.Bounds.Medium} pixels)", F4(s.Sizes.Terciles.Small)],
        ["of medium ones", F4(s.Sizes.Terciles.Medium)],
        [$"of large ones (from {s.Sizes.Bounds.Large} pixels)", F4(s.Sizes.Terciles.Large)],
    ];

    private static IEnumerable<string[]> ClassFigures(Scoreboard s)
        => s.Classes.Select((name, c) => new[] { name, F4(s.Matrix.PerClass[c]), F4(s.Boundary.PerClass[c]) });

    private static string Ms(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
}
