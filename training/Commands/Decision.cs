using System.Globalization;

namespace RealtimeSeg.Training.Commands;

/// <summary>Whether a claim held, the worst for it first.</summary>
internal enum Holding
{
    DidNotHold,
    NotDecided,
    Held,
}

/// <summary>What a comparison came to.</summary>
/// <param name="Of">What was compared.</param>
/// <param name="Outcome">Whether it held.</param>
/// <param name="Points">The lead in hundredths of the figure, its mean over the seeds.</param>
/// <param name="Deviation">The lead's standard deviation over the seeds; NaN for a single one.</param>
/// <param name="Seeds">How many both networks have.</param>
internal sealed record Decision(Comparison Of, Holding Outcome, double Points, double Deviation, int Seeds)
{
    /// <summary>The lead in deviations: the lower, the worse for the claim.</summary>
    public double Certainty => Points / Deviation;

    /// <summary>The lead with its deviation, as the summary has it.</summary>
    public string Figure
    {
        get
        {
            string spread = Seeds < 2 ? "" : string.Create(CultureInfo.InvariantCulture, $" ± {Deviation:F1}");
            string seeds = Seeds == 1 ? "1 seed" : string.Create(CultureInfo.InvariantCulture, $"{Seeds} seeds");
            return string.Create(CultureInfo.InvariantCulture, $"{Points:+0.0;-0.0}{spread} points of {Of.What}, {seeds}");
        }
    }
}
