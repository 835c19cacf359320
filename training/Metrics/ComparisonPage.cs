using System.Globalization;
using System.Text;

namespace RealtimeSeg.Training.Metrics;

/// <summary>A page about two models on the same images: figures side by side, and the images where they differ most.</summary>
public static class ComparisonPage
{
    private const string Asset = "compare.html", Page = "index.html", Sheet = "differences.png";

    /// <summary>Where the page and its image go.</summary>
    public static IEnumerable<string> Files(string folder) => new[] { Page, Sheet }.Select(f => Path.Combine(folder, f));

    /// <summary>Writes index.html and its image.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="models">The two files.</param>
    /// <param name="data">What they were evaluated on.</param>
    /// <param name="pair">Their scores, with the images where they differ.</param>
    /// <param name="figures">The figures to show, by name.</param>
    /// <exception cref="UserError">The folder cannot be written.</exception>
    public static void Write(
        string folder,
        (string A, string B) models,
        string data,
        ModelComparison pair,
        IEnumerable<(string Name, double A, double B)> figures)
    {
        DifferingImages images = pair.Images ?? throw new ArgumentException("no images were collected", nameof(pair));
        HtmlPage.MakeFolder(folder);
        images.Save(Path.Combine(folder, Sheet));
        IEnumerable<string[]> rows = figures.Select(f => new[] { f.Name, F4(f.A), F4(f.B), Signed(f.B - f.A) })
            .Append(["network, median ms per image", Ms(pair.First.MedianMilliseconds), Ms(pair.Second.MedianMilliseconds), ""])
            .Append(["parameters", Count(pair.First.Manifest.Parameters), Count(pair.Second.Manifest.Parameters), ""]);
        string page = HtmlPage.Fill(Asset,
            ("title", HtmlPage.Text($"{Path.GetFileName(models.A)} and {Path.GetFileName(models.B)} on {data}")),
            ("a", HtmlPage.Text($"{models.A}, {pair.First.Manifest.Network}")),
            ("b", HtmlPage.Text($"{models.B}, {pair.Second.Manifest.Network}")),
            ("agreement", pair.Agreement.ToString("P2", CultureInfo.InvariantCulture)),
            ("figures", HtmlPage.Rows(rows)),
            ("count", images.Count.ToString(CultureInfo.InvariantCulture)),
            ("names", HtmlPage.Items(images.Names)),
            ("legend", HtmlPage.Legend(pair.First.Classes)));
        AtomicFile.Write(Path.Combine(folder, Page), Encoding.UTF8.GetBytes(page));
    }

    private static string F4(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Ms(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private static string Count(long value) => value > 0 ? value.ToString("N0", CultureInfo.InvariantCulture) : "";

    private static string Signed(double value)
        => double.IsFinite(value) ? value.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) : "";
}
