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
            Outcome[] compared = [.. claim.Names.Select(n => new Outcome([.. results.Where(r => r.Name == n)]))];
            if (Array.TrueForAll(compared, o => o.Results.Count > 0)) page.Append(Section(claim, compared, results));
        }

        page.Append("\n## Commands\n\n");
        foreach (Result r in results) page.Append(CultureInfo.InvariantCulture, $"- {r.Name}, seed {r.Seed}: `./run.sh {r.Command}`\n");
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
        string seeds = s.Seeds > 1 ? string.Create(CultureInfo.InvariantCulture, $" --seeds {s.Seeds}") : "";
        string command = string.Create(
            CultureInfo.InvariantCulture, $"--data {Runs.ShellWord.Quoted(s.Data)} --epochs {s.Epochs}{seeds}{common}");
        string certainty = s.Seeds > 1
            ? "Figures are means ± standard deviations over the seeds."
            : "With one seed each, a difference of a point or so proves nothing.";
        return string.Create(CultureInfo.InvariantCulture, $"""
            {Beginning} {command}`: every network with the same {s.Epochs} epochs, seeds, recipe and data, from
            random weights; its exported file is evaluated on the validation split. Small, medium and large: IoU of objects by terciles of
            their area. Minutes are wall clock beside other load, pauses included; milliseconds are the network's median. {certainty}
            The outcome is what was measured, even if it contradicts the claim. DeconvNet's second stage trains on whole images, and whole
            images are evaluated: no object proposals are used.

            """);
    }

    private static string Section(Claim claim, Outcome[] compared, IReadOnlyList<Result> results)
    {
        StringBuilder text = new($"\n## {claim.Text}\n\n");
        text.Append("| network | mIoU | boundary F1 | small | medium | large | parameters | minutes | ms |\n");
        text.Append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (Outcome o in compared)
        {
            text.Append(CultureInfo.InvariantCulture, $"| {o.Name} | {Figure(o, r => r.MeanIu, 4)} | {Figure(o, r => r.BoundaryF1, 4)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Figure(o, r => r.BySize.Small, 3)} | {Figure(o, r => r.BySize.Medium, 3)} ");
            text.Append(CultureInfo.InvariantCulture, $"| {Figure(o, r => r.BySize.Large, 3)} | {o.Results[0].Parameters / 1e6:F2} M ");
            text.Append(CultureInfo.InvariantCulture, $"| {o.Mean(r => r.Minutes):F1} | {o.Mean(r => r.Milliseconds):F1} |\n");
        }

        text.Append('\n');
        foreach (Comparison comparison in claim.Comparisons) text.Append($"- {comparison.Verdict(results)}\n");
        return text.ToString();
    }

    private static string Figure(Outcome of, Func<Result, double> figure, int digits)
    {
        string mean = of.Mean(figure).ToString($"F{digits}", CultureInfo.InvariantCulture);
        return of.Results.Count < 2 ? mean : $"{mean} ± {of.Deviation(figure).ToString($"F{digits}", CultureInfo.InvariantCulture)}";
    }

    private static string Csv(IReadOnlyList<Result> results)
    {
        StringBuilder csv = new("network,seed,miou,pixel_accuracy,boundary_f1,small,medium,large,parameters,minutes,ms,command\n");
        foreach (Result r in results)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Cell(r.Name)},{r.Seed},{r.MeanIu:F4},{r.PixelAccuracy:F4},{r.BoundaryF1:F4},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.BySize.Small:F4},{r.BySize.Medium:F4},{r.BySize.Large:F4},");
            csv.Append(CultureInfo.InvariantCulture, $"{r.Parameters},{r.Minutes:F1},{r.Milliseconds:F1},{Cell(r.Command)}\n");
        }

        return csv.ToString();
    }

    private static string Cell(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
