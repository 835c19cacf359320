using System.Globalization;
using System.Text;

namespace RealtimeSeg.Training.Commands;

/// <summary>Writes the results of <c>train reproduce</c>: a page with a table per claim, and a .csv of all figures beside it.</summary>
internal static class ResultsPage
{
    private const string Beginning = "# Results\n\nWritten by `./run.sh train reproduce";

    /// <param name="settings">Where to, and what the results came from.</param>
    /// <param name="results">So far; claims that lack one are left out.</param>
    /// <exception cref="UserError">A file cannot be written.</exception>
    public static void Write(ReproduceSettings settings, IReadOnlyList<Result> results)
    {
        StringBuilder page = new(Head(settings));
        foreach (Claim claim in Claims.All)
        {
            Result[] compared = [.. claim.Names.Select(n => results.FirstOrDefault(r => r.Name == n)).OfType<Result>()];
            if (compared.Length == claim.Names.Count) page.Append(Section(claim, compared));
        }

        page.Append("\n## Commands\n\n");
        foreach (Result r in results) page.Append(CultureInfo.InvariantCulture, $"- {r.Name}: `./run.sh {r.Command}`\n");
        AtomicFile.Write(settings.Out, Encoding.UTF8.GetBytes(page.ToString()));
        AtomicFile.Write(Table(settings), Encoding.UTF8.GetBytes(Csv(results)));
    }

    /// <summary>Where the figures go.</summary>
    public static string Table(ReproduceSettings settings) => Path.ChangeExtension(settings.Out, ".csv");

    /// <summary>Whether a file is such a page, which a reproduction that goes on writes anew.</summary>
    public static bool Is(string path) => File.Exists(path) && File.ReadAllText(path).StartsWith(Beginning, StringComparison.Ordinal);

    private static string Head(ReproduceSettings s)
    {
        string common = s.Common.Length > 0 ? $" --common {Runs.ShellWord.Quoted(s.Common)}" : "";
        string command = string.Create(CultureInfo.InvariantCulture, $"--data {Runs.ShellWord.Quoted(s.Data)} --epochs {s.Epochs}{common}");
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Beginning} {command}`: every network with the same {s.Epochs} epochs, seed 1, recipe and data, from
            random weights; its exported file is evaluated on the validation split. Small, medium and large: IU of objects by terciles of
            their area. Minutes are wall clock beside other load, pauses included; milliseconds are the network's median. With one seed
            each, a difference of a point or so proves nothing. The outcome is what was measured, even if it contradicts the claim.
            DeconvNet's second stage trains on whole images, and whole images are evaluated: no object proposals are used.

            """);
    }

    private static string Section(Claim claim, Result[] compared)
    {
        StringBuilder text = new($"\n## {claim.Text}\n\n");
        text.Append("| network | mean IU | boundary F1 | small | medium | large | parameters | minutes | ms |\n");
        text.Append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (Result r in compared)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {r.Name} | {r.MeanIu:F4} | {r.BoundaryF1:F4} ");
            text.Append(CultureInfo.InvariantCulture, $"| {r.BySize.Small:F3} | {r.BySize.Medium:F3} | {r.BySize.Large:F3} ");
            text.Append(CultureInfo.InvariantCulture, $"| {r.Parameters / 1e6:F2} M | {r.Minutes:F1} | {r.Milliseconds:F1} |\n");
        }

        Result best = compared.MaxBy(r => r.MeanIu)!, second = compared.Where(r => r != best).MaxBy(r => r.MeanIu)!;
        double lead = 100 * (best.MeanIu - second.MeanIu), leadAtBoundary = 100 * (best.BoundaryF1 - second.BoundaryF1);
        text.Append(CultureInfo.InvariantCulture, $"\nHighest mean IU: {best.Name}, {lead:F1} points above {second.Name}; ");
        text.Append(CultureInfo.InvariantCulture, $"boundary F1 {leadAtBoundary:+0.0;-0.0} points.\n");
        return text.ToString();
    }

    private static string Csv(IReadOnlyList<Result> results)
    {
        StringBuilder csv = new("network,mean_iu,pixel_accuracy,boundary_f1,small,medium,large,parameters,minutes,ms,command\n");
        foreach (Result r in results)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(r.Name)},{r.MeanIu:F4},{r.PixelAccuracy:F4},{r.BoundaryF1:F4},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.BySize.Small:F4},{r.BySize.Medium:F4},{r.BySize.Large:F4},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.Parameters},{r.Minutes:F1},{r.Milliseconds:F1},{Cell(r.Command)}\n");
        }

        return csv.ToString();
    }

    private static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
