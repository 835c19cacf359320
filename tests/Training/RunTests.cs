using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Runs and their checkpoints.</summary>
public sealed class RunTests
{
    [Fact]
    [Trait("Set", "Slow")]
    public void A_resumed_run_equals_an_uninterrupted_one_bit_for_bit() => ResumeEqualsWhole(Toy.Config(6));

    /// <summary>With all that has state or random numbers: average, auxiliary heads, hard examples, object crops, augmentation.</summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn4s", false)]
    [InlineData("deconvnet", true)]
    public void So_does_a_run_with_everything_switched_on(string net, bool objectCrops) => ResumeEqualsWhole(Toy.Config(6, net) with
    {
        Objective = new Objective { Loss = Objective.HardExamples, LabelSmoothing = 0.1f, Auxiliary = 0.4f },
        AverageDecay = 0.9,
        ClipNorm = 1,
        Augment = "strong",
        ObjectCrops = objectCrops,
    });

    private static void ResumeEqualsWhole(RunConfig config)
    {
        using TemporaryFolder folder = new();
        Checkpoint whole = Toy.Train(config, folder["whole"]);
        using CancellationTokenSource stop = new();
        Checkpoint half = Toy.Train(config, folder["parts"], report: line =>
        {
            if (line.Step == 3) stop.Cancel();
        }, stop: stop.Token);
        Assert.Equal(3, half.Progress.Step);
        Checkpoint resumed = Toy.Train(half.Config, folder["parts"], half);
        Assert.Equal(6, resumed.Progress.Step);
        Assert.Equal(whole.State.Count, resumed.State.Count);
        foreach ((string name, float[] values) in whole.State)
            Assert.True(values.AsSpan().SequenceEqual(resumed.State[name]), $"{name} differs");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_moving_average_of_the_weights_follows_its_formula_and_is_what_ships()
    {
        using TemporaryFolder folder = new();
        List<float> weights = [], averages = [];
        for (int steps = 1; steps <= 3; steps++)
        {
            Checkpoint c = Toy.Train(Toy.Config(steps) with { AverageDecay = 0.9, Schedule = "constant" }, folder[$"{steps}"]);
            weights.Add(c.State["e1.down.weight"][0]);
            averages.Add(c.State["average/e1.down.weight"][0]);
            Assert.Equal(c.State["average/e1.down.weight"], RunExport.Shipped(c.State)["e1.down.weight"]);
        }

        for (int t = 1; t < 3; t++)
        {
            double decay = Math.Min(0.9, (1.0 + t) / (10 + t));
            Assert.Equal(weights[t] + (decay * (averages[t - 1] - weights[t])), averages[t], 6);
        }
    }

    /// <summary>Three steps put together here, each setting given to the part that it is for, end bit for bit where a run ends.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void A_run_gives_each_setting_to_its_part()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(3, "fcn32s") with
        {
            Weighting = ClassWeights.Root,
            Objective = new Objective { Loss = Objective.HardExamples, LabelSmoothing = 0.1f },
            ClipNorm = 0.5f,
            AverageDecay = 0.15, // below the limit of the second step, 2/11
            Augment = "hue",
            Scale = "0.5-0.75",
        };
        Checkpoint run = Toy.Train(config, folder.Path);

        BatchShape batch = new(2, 64, 96);
        IReadOnlyList<float> weights = ClassWeights.Of(ClassWeights.Root, Toy.Street.Frequencies);
        StepGraph graph = StepGraph.Build(
            config.Network(), batch, config.Objective, weights, new AdamW(weightDecay: 1e-2f), average: true, clipNorm: 0.5f);
        using TrainStep step = new(graph, seed: 5);
        Sampling sampling = new(Kinds: AugmentationKind.Hue, Scale: new ScaleRange(0.5, 0.75));
        using BatchLoader loader = new(Toy.Street, batch, seed: 5, firstStep: 0, sampling);
        for (int t = 0; t < 3; t++)
        {
            loader.Next(step.Frame, step.Labels);
            double rate = 1e-3 * (t + 1) / 4 * Math.Pow(1 - (t / 3.0), 0.9); // poly, after a fourth of the warm-up each
            step.Run(StepNumbers.At(rate, t, averageDecay: 0.15));
        }

        foreach ((string name, float[] values) in step.Export())
            Assert.True(values.AsSpan().SequenceEqual(run.State[name]), $"{name} differs");
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_that_blows_up_names_the_gradient_and_leaves_no_bad_checkpoint()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(40) with { Optimizer = "sgd", Schedule = "constant", WarmUp = 0, LearningRate = 1e6 };
        string message = Assert.Throws<UserError>(() => Toy.Train(config, folder.Path)).Message;
        Assert.Contains("lower --lr", message, StringComparison.Ordinal);
        Assert.Matches("gradient of [a-z0-9.]+", message);
        Assert.False(File.Exists(folder[Checkpoint.FileName]));
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_run_draws_its_curves_and_samples_and_keeps_the_best_checkpoint()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(4);
        MixedDataset train = Toy.Street;
        MixedDataset val = MixedDataset.Parse("synth", new Split(Training: false));
        new Trainer(config, folder.Path, train, val).Run(null, _ => { }, default);
        foreach (string name in new[] { "curves.png", Path.Combine("samples", "step-0000004.png") })
        {
            using Mat image = Cv2.ImRead(folder[name]);
            Assert.True(image.Width > 400 && image.Height > 300, name);
        }

        Checkpoint best = Checkpoint.Load(folder[Checkpoint.BestFileName]);
        Assert.True(best.Progress.BestMeanIu > 0);
        Assert.Equal(best.Progress.BestMeanIu, best.Progress.ValidationMeanIu);
    }

    [Fact]
    public void The_best_state_is_that_of_the_highest_score()
    {
        RunState state = new RunState().Evaluated(0.3);
        Assert.True(state.IsBest);
        state = state.Evaluated(0.5);
        Assert.True(state.IsBest);
        state = state.Evaluated(0.4);
        Assert.False(state.IsBest);
        Assert.Equal((0.4, 0.5), (state.ValidationMeanIu, state.BestMeanIu));
    }

    /// <summary>After a score out of its reach a run leaves that score's file as it is; after a low one it replaces it.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(2, 2)]
    [InlineData(0, 3)]
    public void The_best_checkpoint_gives_way_to_a_better_one_alone(double best, long step)
    {
        using TemporaryFolder folder = new();
        WriteOneImage(folder["set/val"], folder["set/valannot"]);
        MixedDataset val = MixedDataset.Parse(folder["set"], new Split(Training: false));
        void Train(long steps, Checkpoint? from)
            => new Trainer(Toy.Config(steps, "fcn32s"), folder.Path, Toy.Street, val).Run(from, _ => { }, default);

        Train(2, from: null);
        Checkpoint two = Checkpoint.Of(folder.Path);
        Train(3, two with { Progress = two.Progress with { BestMeanIu = best } });
        Assert.Equal(3, Checkpoint.Of(folder.Path).Progress.Step);
        Assert.Equal(step, Checkpoint.Of(folder.Path, best: true).Progress.Step);
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(false, 0.25)]
    [InlineData(true, 0.5)]
    public void An_export_takes_the_last_checkpoint_or_the_best(bool best, double meanIu)
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(1, "fcn32s");
        Checkpoint last = Toy.Train(config, folder.Path);
        Dictionary<string, float[]> other = new(StringComparer.Ordinal);
        foreach ((string name, float[] values) in last.State) other[name] = [.. values.Select(v => v * 1.5f)];
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.25 }, last.State).Save(folder[Checkpoint.FileName]);
        new Checkpoint(config, last.Progress with { ValidationMeanIu = 0.5 }, other).Save(folder[Checkpoint.BestFileName]);
        ModelManifest manifest = RunExport.FromRun(folder.Path, folder["m.onnx"], best: best);
        Assert.Equal(meanIu, manifest.MeanIu);
        OnnxFile file = OnnxFile.Read(folder["m.onnx"]);
        float[] bias = (best ? other : last.State)["score32.bias"];
        Assert.Contains(file.Graph.Initializer, t => file.Dims(t.Name) is [11] && file.Floats(t.Name).SequenceEqual(bias));
    }

    private static void WriteOneImage(string images, string labels)
    {
        Directory.CreateDirectory(images);
        Directory.CreateDirectory(labels);
        using Mat image = new(64, 96, MatType.CV_8UC3, new Scalar(50, 60, 70)), truth = new(64, 96, MatType.CV_8UC1, new Scalar(3));
        Assert.True(Cv2.ImWrite(Path.Combine(images, "a.png"), image) && Cv2.ImWrite(Path.Combine(labels, "a.png"), truth));
    }
}
