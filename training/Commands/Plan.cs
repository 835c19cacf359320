using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>A run that <c>train reproduce</c> makes.</summary>
/// <param name="Name">In the tables of the results.</param>
/// <param name="Change">Makes this run's settings of those that all runs share.</param>
internal sealed record Plan(string Name, Func<RunConfig, RunConfig> Change)
{
    /// <summary>The run's part of the budget in epochs.</summary>
    public Func<int, int> Share { get; init; } = budget => budget;

    /// <summary>The run whose weights it starts from; null for random ones.</summary>
    public Plan? From { get; init; }
}
