using System.Globalization;
using System.Net;
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
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(folder, e);
        }

        IReadOnlyList<string> classes = scores.Manifest.Classes;
        EvalPlots.Classes(classes, scores).SavePng(Path.Combine(folder, Bars), PlotWidth, PlotHeight);
        EvalPlots.Confusion(classes, scores.Matrix).SavePng(Path.Combine(folder, Matrix), PlotWidth, MatrixHeight);
        worst.Save(Path.Combine(folder, Worst));

        string page = Template()
            .Replace("{{title}}", Html(title), StringComparison.Ordinal)
            .Replace("{{facts}}", Rows(Facts(scores)), StringComparison.Ordinal)
            .Replace("{{classes}}", Rows(ClassFigures(scores)), StringComparison.Ordinal)
            .Replace("{{count}}", worst.Count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        AtomicFile.Write(Path.Combine(folder, Page), Encoding.UTF8.GetBytes(page));
    }

    private static IEnumerable<string[]> Facts(Scoreboard s) =>
    [
        ["network", string.Create(CultureInfo.InvariantCulture, $"{s.Manifest.Network}, {s.Manifest.Parameters:N0} parameters")],
        ["mean IU", F4(s.Matrix.MeanIu)],
        ["pixel accuracy", F4(s.Matrix.PixelAccuracy)],
        ["mean accuracy", F4(s.Matrix.MeanAccuracy)],
        ["frequency-weighted IU", F4(s.Matrix.FrequencyWeightedIu)],
        ["boundary F1", F4(s.Boundary.Mean)],
        .. s.Fusion is { } f ? (string[][])[["labels fused", $"{f.Aggregate} of the whole image and {f.Most} proposals"]] : [],
        [s.Fusion is null ? "network, median ms per image" : "network, median ms per proposal", Ms(s.MedianMilliseconds)],
        [$"IU of small objects (below {s.Sizes.Bounds.Medium} pixels)", F4(s.Sizes.Terciles.Small)],
        ["of medium ones", F4(s.Sizes.Terciles.Medium)],
        [$"of large ones (from {s.Sizes.Bounds.Large} pixels)", F4(s.Sizes.Terciles.Large)],
    ];

    private static IEnumerable<string[]> ClassFigures(Scoreboard s)
        => s.Manifest.Classes.Select((name, c) => new[] { name, F4(s.Matrix.PerClass[c]), F4(s.Boundary.PerClass[c]) });

    private static string Rows(IEnumerable<string[]> rows)
        => string.Join('\n', rows.Select(cells => "<tr>" + string.Concat(cells.Select(c => $"<td>{Html(c)}"))));

    private static string Template()
    {
        using Stream asset = typeof(EvalPage).Assembly.GetManifestResourceStream(Asset)
            ?? throw new InvalidOperationException($"the program was built without {Asset}");
        using StreamReader reader = new(asset);
        return reader.ReadToEnd();
    }

    private static string Ms(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Html(string text) => WebUtility.HtmlEncode(text);
}
