namespace RealtimeSeg.Training.Runs;

/// <summary>How far a run has come and how well it did: what training changes, where <see cref="RunConfig"/> is what it does not.</summary>
public sealed record RunState
{
    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>mIoU of the exported graph on the validation split at the last evaluation; null before the first.</summary>
    public double? ValidationMeanIu { get; init; }

    /// <summary>The highest mIoU so far, that of <see cref="Checkpoint.BestFileName"/>.</summary>
    public double BestMeanIu { get; init; }

    /// <summary>Sum of the losses since the epoch began: their mean is a row of the log, though the run was resumed in between.</summary>
    public double EpochLoss { get; init; }

    /// <summary>Steps since the epoch began.</summary>
    public long EpochSteps { get; init; }

    /// <summary>Whether the last evaluation is also the best one.</summary>
    public bool IsBest => ValidationMeanIu >= BestMeanIu;

    /// <summary>The state after a step.</summary>
    /// <param name="loss">Of the step.</param>
    /// <param name="begins">Whether the step is the first of an epoch.</param>
    public RunState Stepped(float loss, bool begins) => this with
    {
        Step = Step + 1,
        EpochLoss = begins ? loss : EpochLoss + loss,
        EpochSteps = begins ? 1 : EpochSteps + 1,
    };

    /// <summary>The state after an evaluation; without a score if there was nothing to score.</summary>
    /// <param name="meanIu">In 0–1, or NaN.</param>
    public RunState Evaluated(double meanIu) => double.IsNaN(meanIu)
        ? this with { ValidationMeanIu = null }
        : this with { ValidationMeanIu = meanIu, BestMeanIu = Math.Max(meanIu, BestMeanIu) };
}
