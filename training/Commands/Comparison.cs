using System.Globalization;

namespace RealtimeSeg.Training.Commands;

/// <summary>What a claim comes down to: one network has more of a figure than another.</summary>
/// <param name="Better">Name of the one that is claimed to have more.</param>
/// <param name="Worse">Name of the other.</param>
/// <param name="What">The figure's name.</param>
/// <param name="Figure">The figure, 0 to 1.</param>
internal sealed record Comparison(string Better, string Worse, string What, Func<Result, double> Figure)
{
    /// <summary>
    /// Whether it held: in each seed, and by more than the deviation of the differences. If all seeds say so of the opposite, it did not;
    /// else nothing is decided. One seed decides nothing.
    /// </summary>
    public string Verdict(IReadOnlyList<Result> results)
    {
        double[] points = [.. Differences(results).Select(d => 100 * d)];
        double mean = points.Average(), deviation = Outcome.Deviation(points);
        bool clear = Math.Abs(mean) > deviation;
        string outcome = true switch
        {
            _ when clear && points.All(d => d > 0) => "held",
            _ when clear && points.All(d => d < 0) => "did not hold",
            _ => "not decided",
        };
        string spread = points.Length < 2 ? "one seed" : Text($"± {deviation:F1} over {points.Length} seeds");
        return Text($"{Better} against {Worse}: {mean:+0.0;-0.0} points of {What} ({spread}): {outcome}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>In the seeds that both have.</summary>
    private IEnumerable<double> Differences(IReadOnlyList<Result> results)
        => results.Where(r => r.Name == Better)
            .Join(results.Where(r => r.Name == Worse), b => b.Seed, w => w.Seed, (b, w) => Figure(b) - Figure(w));
}
