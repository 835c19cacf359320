using System.Globalization;

namespace RealtimeSeg.Training.Commands;

/// <summary>What a claim comes down to: one network has more of a figure than another.</summary>
/// <param name="Better">Name of the one that is claimed to have more.</param>
/// <param name="Worse">Name of the other.</param>
/// <param name="What">The figure's name.</param>
/// <param name="Figure">The figure, 0 to 1.</param>
internal sealed record Comparison(string Better, string Worse, string What, Func<Result, double> Figure)
{
    /// <summary>Both networks' names.</summary>
    public string Networks => $"{Better} against {Worse}";

    /// <summary>The outcome in a line.</summary>
    public string Verdict(IReadOnlyList<Result> results)
    {
        Decision d = Decide(results);
        string spread = d.Seeds < 2 ? "one seed" : Text($"± {d.Deviation:F1} over {d.Seeds} seeds");
        return Text($"{Networks}: {d.Points:+0.0;-0.0} points of {What} ({spread}): {Words(d.Outcome)}");
    }

    /// <summary>
    /// Whether it held: in each seed, and by more than the deviation of the differences. If all seeds show the opposite, it did not;
    /// else nothing is decided. One seed decides nothing.
    /// </summary>
    public Decision Decide(IReadOnlyList<Result> results)
    {
        double[] points = [.. Differences(results).Select(d => 100 * d)];
        double mean = points.Average(), deviation = Outcome.Deviation(points);
        bool clear = Math.Abs(mean) > deviation;
        Holding outcome = true switch
        {
            _ when clear && points.All(d => d > 0) => Holding.Held,
            _ when clear && points.All(d => d < 0) => Holding.DidNotHold,
            _ => Holding.NotDecided,
        };
        return new Decision(this, outcome, mean, deviation, points.Length);
    }

    /// <summary>An outcome as the page words it.</summary>
    public static string Words(Holding outcome) => outcome switch
    {
        Holding.Held => "held",
        Holding.DidNotHold => "did not hold",
        _ => "not decided",
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>In the seeds that both have.</summary>
    private IEnumerable<double> Differences(IReadOnlyList<Result> results)
        => results.Where(r => r.Name == Better)
            .Join(results.Where(r => r.Name == Worse), b => b.Seed, w => w.Seed, (b, w) => Figure(b) - Figure(w));
}
