using System.Globalization;
using System.Text;

namespace RealtimeSeg.Training.Commands;

/// <summary>Writes the page of <c>train reproduce</c>: what came of each claim, then a section per claim, then the commands.</summary>
internal static class ResultsPage
{
    private const string Beginning = "# Results\n\nWritten by `./run.sh train reproduce";

    /// <param name="study">The claims.</param>
    /// <param name="settings">Where to, and what the results came from.</param>
    /// <param name="results">So far; claims that lack one are left out.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static void Write(Study study, ReproduceSettings settings, IReadOnlyList<Result> results)
    {
        Claim[] complete = [.. study.Claims.Where(c => c.Names.All(n => results.Any(r => r.Name == n)))];
        StringBuilder page = new(Head(settings));
        page.Append(Summary(complete, results)).Append(Method(study, settings)).Append(Curves(settings));
        foreach (Claim claim in complete) page.Append(Section(claim, results));
        page.Append(Commands(settings, results));
        AtomicFile.Write(settings.Out, Encoding.UTF8.GetBytes(page.ToString()));
    }

    /// <summary>The plot beside the page.</summary>
    public static string CurvesOf(ReproduceSettings settings) => Path.ChangeExtension(settings.Out, ".png");

    /// <summary>Whether a file is such a page, which a reproduction that resumes writes again.</summary>
    public static bool Is(string path) => File.Exists(path) && File.ReadAllText(path).StartsWith(Beginning, StringComparison.Ordinal);

    private static string Head(ReproduceSettings s)
    {
        string common = s.Common.Length > 0 ? $" --common {Runs.ShellWord.Quoted(s.Common)}" : "";
        string seeds = s.Seeds > 1 ? string.Create(CultureInfo.InvariantCulture, $" --seeds {s.Seeds}") : "";
        string bodies = string.Concat(s.Bodies.Select(b => $" --body {Runs.ShellWord.Quoted(b)}"));
        string runs = s.Runs == new ReproduceSettings().Runs ? "" : $" --runs {Runs.ShellWord.Quoted(s.Runs)}";
        string command = string.Create(
            CultureInfo.InvariantCulture, $"--data {Runs.ShellWord.Quoted(s.Data)} --epochs {s.Epochs}{seeds}{bodies}{common}{runs}");
        return $"""
            {Beginning} {command}`.
            The outcome is what was measured, even if it contradicts the claim.

            """;
    }

    /// <summary>A row for each claim.</summary>
    private static string Summary(Claim[] claims, IReadOnlyList<Result> results)
    {
        if (claims.Length == 0) return "";
        StringBuilder text = new("\n| claim | source | held? | deciding figure | networks |\n|---|---|---|---|---|\n");
        foreach (Claim claim in claims)
        {
            Decision d = claim.Deciding(results);
            text.Append($"| {claim.Text} | {claim.Source} | {Comparison.Words(d.Outcome)} | {d.Figure} | {d.Of.Networks} |\n");
        }

        text.Append("""

            Held: the network that is claimed to be better was so with each seed, and by more than the deviation of the lead. Did not hold:
            it was worse with each seed, likewise. One seed decides nothing. If there are several comparisons, all must hold, and the
            figure is that of the one that came out worst for the claim. A point is a hundredth; ± is the
            standard deviation over the seeds.

            FCN paper: Long, Shelhamer and Darrell, "Fully Convolutional Networks for Semantic Segmentation", CVPR 2015.
            DeconvNet paper: Noh, Hong and Han, "Learning Deconvolution Network for Semantic Segmentation", ICCV 2015.

            """);
        return text.ToString();
    }

    private static string Method(Study study, ReproduceSettings s)
    {
        string certainty = s.Seeds > 1
            ? "Figures are means ± standard deviations over the seeds."
            : "With one seed each, a difference of a point or so proves nothing.";
        string note = s.Note.Length > 0 ? $"\n{s.Note}\n" : "";
        return string.Create(CultureInfo.InvariantCulture, $"""

            ## How it was measured

            Every network has the same {s.Epochs} epochs, seeds, {study.Method} Small, medium and large: IoU of objects by terciles of
            their area. Minutes are wall clock beside other load, pauses included; milliseconds are the network's median.
            {certainty}
            {note}
            """);
    }

    /// <summary>The plot, if the study has one.</summary>
    private static string Curves(ReproduceSettings s) => File.Exists(CurvesOf(s))
        ? $"\n![Validation mIoU against epochs: the mean of the seeds, and between which they lie]({Path.GetFileName(CurvesOf(s))})\n"
        : "";

    private static string Section(Claim claim, IReadOnlyList<Result> results)
    {
        StringBuilder text = new($"\n## {claim.Text}\n\nSource: {claim.Source}.\n\n");
        text.Append("| network | mIoU | boundary F1 | small | medium | large | parameters | minutes | ms |\n");
        text.Append("|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (Outcome o in claim.Names.Select(n => new Outcome([.. results.Where(r => r.Name == n)])))
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

    /// <summary>A line for each network: the command of its first seed, by which those of the others follow.</summary>
    private static string Commands(ReproduceSettings settings, IReadOnlyList<Result> results)
    {
        StringBuilder text = new("\n## Commands\n\n");
        int seeds = results.Select(r => r.Seed).Distinct().Count();
        if (seeds > 1)
        {
            text.Append("Those of the first seed; the commands of another seed N have `--seed N`, and ");
            text.Append($"`{settings.Runs}/seed-N` in place of `{settings.Runs}`.\n\n");
        }

        foreach (IGrouping<string, Result> network in results.GroupBy(r => r.Name, StringComparer.Ordinal))
        {
            int first = network.Min(r => r.Seed), last = network.Max(r => r.Seed);
            string which = first == last
                ? string.Create(CultureInfo.InvariantCulture, $"seed {first}")
                : string.Create(CultureInfo.InvariantCulture, $"seeds {first}–{last}");
            text.Append($"- {network.Key}, {which}: `./run.sh {network.First(r => r.Seed == first).Command}`\n");
        }

        return text.ToString();
    }
}
