using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Optim;

/// <summary><see cref="StepNumbers"/> inside the step graph: one scalar for each.</summary>
/// <param name="LearningRate">Of this step.</param>
/// <param name="Correction1">Adam's bias correction of the first moment, 1/(1 − β₁ᵗ).</param>
/// <param name="Correction2">Of the second moment, 1/(1 − β₂ᵗ).</param>
/// <param name="DropoutStep">Changes every step.</param>
/// <param name="AverageDecay">Share of the old value in the weights' moving average.</param>
/// <param name="BodyRate">The learning rate of the network's body.</param>
public sealed record StepScalars(
    Value LearningRate, Value Correction1, Value Correction2, Value DropoutStep, Value AverageDecay, Value BodyRate)
{
    /// <param name="g">The step graph.</param>
    /// <param name="numbers">Its input, [<see cref="StepNumbers.Count"/>], in the order of <see cref="StepNumbers.CopyTo"/>.</param>
    public static StepScalars Of(GraphBuilder g, Value numbers)
    {
        Value[] each = [.. Enumerable.Range(0, StepNumbers.Count).Select(i => Gather.Element(g, numbers, i))];
        return new StepScalars(each[0], each[1], each[2], each[3], each[4], each[5]);
    }
}
