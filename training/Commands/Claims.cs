using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Commands;

/// <summary>A claim of the chapter that the project starts from.</summary>
/// <param name="Text">The claim.</param>
/// <param name="Source">The paper and section that make it, or the chapter.</param>
/// <param name="Names">The runs that it is about.</param>
/// <param name="Comparisons">What decides on it: it holds if all of them do.</param>
internal sealed record Claim(string Text, string Source, IReadOnlyList<string> Names, IReadOnlyList<Comparison> Comparisons)
{
    /// <summary>The comparison that comes out worst for the claim.</summary>
    public Decision Deciding(IReadOnlyList<Result> results)
        => Comparisons.Select(c => c.Decide(results)).OrderBy(d => d.Outcome).ThenBy(d => d.Certainty).First();
}

/// <summary>The claims of the chapter and its papers about networks that begin with random weights, and what they need.</summary>
internal static class Claims
{
    /// <summary>Where a claim is from that names no paper.</summary>
    private const string Chapter = "the chapter that the project starts from";

    private static readonly Plan Fcn32s = new(
        Fcn.Coarsest, c => c with { Net = Fcn.Coarsest, Objective = c.Objective with { Auxiliary = 0 } });
    private static readonly Plan Fcn16s = new("fcn16s", c => c with { Net = "fcn16s" });
    private static readonly Plan Fcn8s = new("fcn8s", c => c with { Net = "fcn8s" });
    private static readonly Plan Fcn4s = new("fcn4s", c => c with { Net = "fcn4s" });
    private static readonly Plan Bilinear = new(
        "fcn8s, frozen bilinear upsampling", c => c with { Net = "fcn8s", Upsampling = Fcn.Bilinear });

    private static readonly Plan Squared = new(
        "fcn8s, squared error",
        c => c with { Net = "fcn8s", Objective = c.Objective with { Loss = Objective.SquaredError, LabelSmoothing = 0 } });

    private static readonly Plan OneStage = new("deconvnet, one stage", c => c with { Net = "deconvnet" });

    private static readonly Plan FirstStage = new("deconvnet, first stage", c => c with { Net = "deconvnet", ObjectCrops = true })
    {
        Share = budget => budget / 4,
    };

    private static readonly Plan SecondStage = new("deconvnet, two stages", c => c with { Net = "deconvnet" })
    {
        Share = budget => budget - (budget / 4),
        From = FirstStage,
    };

    private static readonly Combination Ensemble = new("fcn8s + deconvnet", [Fcn8s, SecondStage]);

    /// <summary>All of it.</summary>
    public static Study Study { get; } = new(
        [Fcn32s, Fcn16s, Fcn8s, Fcn4s, Bilinear, Squared, OneStage, FirstStage, SecondStage], All(),
        """
        recipe and data, and begins with random weights; its exported file is
        evaluated on the validation split. DeconvNet's second stage trains on whole images, and whole images are evaluated: no object
        proposals are used.
        """)
    {
        Ensemble = Ensemble,
    };

    private static Claim[] All() =>
    [
        new("Skips from finer layers sharpen the result", "FCN paper, section 4.2",
            [Fcn32s.Name, Fcn16s.Name, Fcn8s.Name, Fcn4s.Name],
            [Boundary(Fcn16s.Name, Fcn32s.Name), Boundary(Fcn8s.Name, Fcn16s.Name), MeanIu(Fcn8s.Name, Fcn32s.Name)]),
        new("Upsampling that is learned beats a frozen bilinear one", Chapter,
            [Fcn8s.Name, Bilinear.Name], [MeanIu(Fcn8s.Name, Bilinear.Name)]),
        new("Per-pixel cross-entropy beats squared error", Chapter,
            [Fcn8s.Name, Squared.Name], [MeanIu(Fcn8s.Name, Squared.Name)]),
        new("DeconvNet sees small objects that FCN misses", "DeconvNet paper, section 1",
            [Fcn8s.Name, SecondStage.Name],
            [new(SecondStage.Name, Fcn8s.Name, "small objects' IoU", r => r.BySize.Small)]),
        new("Training DeconvNet on single objects first helps", "DeconvNet paper, section 4.1",
            [OneStage.Name, SecondStage.Name], [MeanIu(SecondStage.Name, OneStage.Name)]),
        new("An ensemble of FCN and DeconvNet beats both", "DeconvNet paper, section 4.3",
            [Fcn8s.Name, SecondStage.Name, Ensemble.Name],
            [MeanIu(Ensemble.Name, Fcn8s.Name), MeanIu(Ensemble.Name, SecondStage.Name)]),
    ];

    private static Comparison MeanIu(string better, string worse) => new(better, worse, "mIoU", r => r.MeanIu);

    private static Comparison Boundary(string better, string worse) => new(better, worse, "boundary F1", r => r.BoundaryF1);
}
