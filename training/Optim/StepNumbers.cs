namespace RealtimeSeg.Training.Optim;

/// <summary>
/// Numbers that change from step to step, one float input of the step graph: learning rate, Adam's two bias corrections
/// 1/(1 − βᵗ), a number for dropout, the share of the old value in the weights' moving average, and the body's learning rate.
/// <see cref="StepScalars"/> is the same inside the graph.
/// </summary>
public readonly record struct StepNumbers(
    float LearningRate, float Correction1, float Correction2, float DropoutStep, float AverageDecay, float BodyRate)
{
    public const int Count = 6;

    /// <param name="learningRate">Of this step.</param>
    /// <param name="step">From 0.</param>
    /// <param name="averageDecay">Of the weights' moving average; less in the first steps, so that it forgets the initial weights.</param>
    /// <param name="bodyRate">The learning rate of the network's body; null for that of the rest.</param>
    public static StepNumbers At(double learningRate, long step, double averageDecay = 0, double? bodyRate = null) => new(
        (float)learningRate,
        (float)(1 / (1 - Math.Pow(AdamW.Beta1, step + 1))),
        (float)(1 / (1 - Math.Pow(AdamW.Beta2, step + 1))),
        (step * 40503) & 0xFFFF, // Knuth's multiplicative hash: neighbouring steps land far apart
        (float)Math.Min(averageDecay, (1.0 + step) / (10 + step)),
        (float)(bodyRate ?? learningRate));

    /// <summary>Writes them in the order of the constructor; <see cref="StepScalars.Of"/> reads them in it.</summary>
    public void CopyTo(Span<float> to)
        => ((ReadOnlySpan<float>)[LearningRate, Correction1, Correction2, DropoutStep, AverageDecay, BodyRate]).CopyTo(to);
}
