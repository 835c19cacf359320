using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>
/// The chapter's claim that a network for segmentation begins with the weights of a trained one: for each body of a file the same network
/// over it, once with the file's weights and once with random ones.
/// </summary>
internal static class BodyClaims
{
    /// <summary>Epochs between two points of the learning curves.</summary>
    private const int CurvesEvery = 2;

    /// <param name="bodies">For each, the settings that all runs share with those of the body in their place.</param>
    /// <exception cref="UserError">Two have the same name.</exception>
    public static Study Study(IReadOnlyList<RunConfig> bodies)
    {
        string[] names = [.. bodies.Select(b => Path.GetFileNameWithoutExtension(b.Backbone))];
        string? twice = names.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1)?.Key;
        if (twice is not null) throw new UserError($"--body: two are named {twice}: rename a file");
        return new Study(
            [.. bodies.Zip(names, Plans).SelectMany(p => p)],
            [.. names.Select(Of)],
            """
            recipe and data; its exported file is evaluated on the validation split. A body without the file's weights
            has a batch norm after each convolution, as when such a network is trained from the start, and learns at the rate of the rest.
            """)
        {
            CurvesEvery = CurvesEvery,
        };
    }

    private static Plan[] Plans(RunConfig body, string name) =>
    [
        new(Trained(name), c => Over(body, c)),
        new(Untrained(name), c => Over(body, c) with { UntrainedBody = true, BodyLearningRate = null, FrozenEpochs = 0 }),
    ];

    /// <summary>The body's settings with what the reproduction decides.</summary>
    private static RunConfig Over(RunConfig body, RunConfig c)
        => body with { Data = c.Data, Seed = c.Seed, EvaluateEvery = c.EvaluateEvery };

    private static Claim Of(string name) => new(
        $"A body that was trained before beats the same one with random weights: {name}", "FCN paper, section 4.3",
        [Trained(name), Untrained(name)],
        [new(Trained(name), Untrained(name), "mIoU", r => r.MeanIu)]);

    private static string Trained(string name) => $"{name}, trained before";

    private static string Untrained(string name) => $"{name}, random weights";
}
