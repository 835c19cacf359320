using System.Globalization;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Optimisers, schedules and losses.</summary>
public sealed class OptimizerTests
{
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("ohem", "learned", 0.4f)]
    [InlineData("l2", "bilinear", 0f)]
    [InlineData("ce", "bilinear", 0.4f)]
    public void Objectives_and_upsamplings_lower_their_loss(string loss, string upsampling, float auxiliary)
    {
        RunConfig config = Toy.Config(20) with
        {
            Upsampling = upsampling,
            Objective = new Objective { Loss = loss, Auxiliary = auxiliary, LabelSmoothing = loss == "l2" ? 0 : 0.05f },
        };
        using BatchLoader loader = new(Toy.Street, config.Batch, config.Seed, 0);
        StepGraph graph = GraphOf(config, "adamw");
        Assert.Equal(upsampling == "learned", graph.Learned.Any(n => n.StartsWith("up", StringComparison.Ordinal)));
        using TrainStep step = new(graph, config.Seed);
        loader.Next(step.Frame, step.Labels);
        float first = step.Run(StepNumbers.At(2e-3, 0)), last = first;
        for (int t = 1; t < 20; t++) last = step.Run(StepNumbers.At(2e-3, t));
        Assert.True(last < 0.75 * first, $"{first} → {last}");
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("sgd", 2e-2)]
    [InlineData("adamw", 2e-3)]
    public void Optimizers_lower_the_loss_on_one_batch(string optimizer, double rate)
    {
        RunConfig config = Toy.Config(20);
        using BatchLoader loader = new(Toy.Street, config.Batch, config.Seed, 0);
        StepGraph graph = GraphOf(config, optimizer);
        using TrainStep step = new(graph, config.Seed);
        loader.Next(step.Frame, step.Labels);
        float first = step.Run(StepNumbers.At(rate, 0)), last = first;
        for (int t = 1; t < 20; t++) last = step.Run(StepNumbers.At(rate, t));
        Assert.True(last < 0.6 * first, $"{first} → {last}");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Clipping_shortens_the_step_to_the_norm_and_no_further()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(1) with { Optimizer = "sgd", WeightDecay = 0, Schedule = "constant", WarmUp = 0, LearningRate = 1 };
        double Moved(float clip)
        {
            Checkpoint after = Toy.Train(config with { ClipNorm = clip }, folder[clip.ToString(CultureInfo.InvariantCulture)]);
            Parameter[] learned = [.. InferenceGraph.Declared(config.Network()).Where(p => p.Kind != ParameterKind.Statistic)];
            return Math.Sqrt(learned.Sum(p => p.Initial(config.Seed).Zip(after.State[p.Name], (a, b) => Math.Pow(a - b, 2)).Sum()));
        }

        double free = Moved(0);
        Assert.Equal(free, Moved((float)(free * 2)), 3);
        Assert.Equal(free / 4, Moved((float)(free / 4)), 3);
    }

    [Theory]
    [InlineData("constant", 0, 0.5)]
    [InlineData("constant", 9, 1)]
    [InlineData("poly", 500, 0.5358867)]
    [InlineData("cosine", 500, 0.5)]
    public void Schedules_follow_their_formulas(string kind, long step, double expected)
        => Assert.Equal(expected, LearningRate.Parse(kind, 1, step < 2 ? 2 : 0, 1000).At(step), 6);

    private static StepGraph GraphOf(RunConfig config, string optimizer)
    {
        float[] classWeights = [.. config.ClassNames.Select(_ => 1f)];
        return StepGraph.Build(config.Network(), config.Batch, config.Objective, classWeights, Optimizer.Parse(optimizer, 1e-2f));
    }
}
