namespace RealtimeSeg.Training.Commands;

/// <summary>What <c>train reproduce</c> trains together, and the claims that the results are for.</summary>
/// <param name="Plans">In the order of training; a run's folder has its position as its name, by which it is found again.</param>
/// <param name="Claims">In the order of the page's sections.</param>
/// <param name="Method">What the page tells about the runs, after that they have epochs and seeds in common.</param>
internal sealed record Study(IReadOnlyList<Plan> Plans, IReadOnlyList<Claim> Claims, string Method)
{
    /// <summary>What is evaluated besides the runs; null for nothing.</summary>
    public Combination? Ensemble { get; init; }

    /// <summary>Epochs between evaluations while a run trains, of which a plot is made; null for neither.</summary>
    public int? CurvesEvery { get; init; }
}

/// <summary>Runs that are combined after training.</summary>
/// <param name="Name">In the tables of the results.</param>
/// <param name="Members">The runs.</param>
internal sealed record Combination(string Name, IReadOnlyList<Plan> Members);
