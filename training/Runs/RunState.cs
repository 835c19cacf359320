namespace RealtimeSeg.Training.Runs;

/// <summary>How far a run has come and how well it did: what training changes, where <see cref="RunConfig"/> is what it does not.</summary>
public sealed record RunState
{
    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>Mean IU of the exported graph on the validation split at the last evaluation; null before the first.</summary>
    public double? ValidationMeanIu { get; init; }

    /// <summary>The highest mean IU so far, that of <see cref="Checkpoint.BestFileName"/>.</summary>
    public double BestMeanIu { get; init; }

    /// <summary>Whether the last evaluation is also the best one.</summary>
    public bool IsBest => ValidationMeanIu >= BestMeanIu;

    /// <summary>The state after an evaluation; without a score if there was nothing to score.</summary>
    /// <param name="meanIu">In 0–1, or NaN.</param>
    public RunState Evaluated(double meanIu) => double.IsNaN(meanIu)
        ? this with { ValidationMeanIu = null }
        : this with { ValidationMeanIu = meanIu, BestMeanIu = Math.Max(meanIu, BestMeanIu) };
}
