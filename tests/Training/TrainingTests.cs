using System.Globalization;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Whole networks and whole runs.</summary>
public sealed class TrainingTests
{
    /// <summary>
    /// For each parameter the derivative along its own gradient, which is the gradient's length, against a central difference: one
    /// wrong rule or one missing path shows in the parameters before it.
    /// </summary>
    /// <param name="net">The network.</param>
    /// <param name="backbone">Its body.</param>
    /// <param name="skipped">
    /// DeconvNet's encoder decides where the decoder puts its values: a difference there also counts the jumps of the switches,
    /// which no gradient sees. Its rules are tested one by one.
    /// </param>
    [Theory]
    [InlineData("fcn32s", "reslite", "nothing")]
    [InlineData("fcn4s", "reslite", "nothing")]
    [InlineData("fcn4s", "reslite-fpn", "nothing")]
    [InlineData("deconvnet", "reslite", "e")]
    public void All_gradients_of_a_network_agree_with_differences(string net, string backbone, string skipped)
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(2, 64, 96, 3)), labels = g.Input("labels", ElementType.UInt8, new Shape(2, 64, 96));
        TrainableLayers layers = new(g, batchStatistics: true);
        Value logits = NetworkNames.Parse(net, backbone, 11).Forward(layers, frame).Logits;
        Value loss = SoftmaxCrossEntropy.Emit(g, logits, labels, [.. Enumerable.Repeat(1f, 11)]);
        (Parameter Parameter, Value Value)[] learned = [.. layers.Parameters.Where(p => p.Parameter.Kind != ParameterKind.Statistic)];
        IReadOnlyList<Value> gradients = Gradients.Of(g, loss, [.. learned.Select(p => p.Value)]);

        byte[] pixels = new byte[2 * 64 * 96 * 3], truth = new byte[2 * 64 * 96];
        Random random = new(3);
        random.NextBytes(pixels);
        for (int i = 0; i < truth.Length; i++) truth[i] = (byte)(i / 37 % 12); // 11 is ignored
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal) { ["frame"] = pixels, ["labels"] = truth };
        foreach ((Parameter p, Value v) in layers.Parameters)
        {
            // Scores of skips start at zero, and would hide what is below them.
            float[] initial = p.Initial(1);
            inputs[v.Name] = p.Kind == ParameterKind.Weight && initial.All(w => w == 0) ? Ort.Spread(initial.Length, 7) : initial;
        }

        using OrtRunner runner = new(g, [loss, .. gradients], inputs);
        float[][] analytic = [.. runner.Run().Skip(1)];

        for (int i = 0; i < learned.Length; i++)
        {
            if (learned[i].Parameter.Name.StartsWith(skipped, StringComparison.Ordinal)) continue;
            float[] weights = (float[])inputs[learned[i].Value.Name], start = [.. weights];
            double length = Math.Sqrt(analytic[i].Sum(v => (double)v * v));
            double At(double t)
            {
                for (int k = 0; k < weights.Length; k++) weights[k] = (float)(start[k] + (t * analytic[i][k] / length));
                return runner.Run()[0][0];
            }

            // A step across a ReLU's kink is off at one length, a wrong rule at all.
            bool agrees = new[] { 1e-3, 3e-4, 1e-4 }.Select(s => s / Math.Max(length, 0.1)).Any(s => Math.Abs(((At(s) - At(-s)) / (2 * s)) - length) < (0.08 * length) + 2e-3);
            start.CopyTo(weights, 0);
            Assert.True(agrees, string.Create(CultureInfo.InvariantCulture, $"{learned[i].Parameter.Name}: the rule says {length}, differences say otherwise"));
        }
    }

    /// <summary>Pinned on this code; a change of any rule, initial value, order or augmentation moves it.</summary>
    [Fact]
    public void Ten_steps_follow_the_pinned_loss_curve()
    {
        using TemporaryFolder folder = new();
        List<double> losses = [];
        RunConfig config = Toy.Config(10);
        using BatchLoader loader = new(MixedDataset.Parse(config.Data, new Split(Training: true)), config.Batch, config.Seed, 0);
        StepGraph graph = StepGraph.Build(config.Network(), config.Batch, config.Objective, [.. config.ClassNames.Select(_ => 1f)], Optimizer.Parse("adamw", 1e-2f));
        using TrainStep step = new(graph, config.Seed);
        for (int t = 0; t < 10; t++)
        {
            loader.Next(step.Frame, step.Labels);
            losses.Add(step.Run(StepNumbers.At(1e-3, t)));
        }

        double[] pinned = [2.9077, 2.5380, 2.3067, 2.8106, 1.8255, 1.7086, 1.8845, 1.2931, 1.0440, 1.1246];
        Assert.True(losses.Zip(pinned).All(p => Math.Abs(p.First - p.Second) < 0.05 * p.Second), string.Join(", ", losses.Select(l => l.ToString("F4", CultureInfo.InvariantCulture))));
    }

    [Fact]
    public void A_resumed_run_equals_an_uninterrupted_one_bit_for_bit() => ResumeEqualsWhole(Toy.Config(6));

    /// <summary>With all that has a memory or a random number of its own: average, auxiliary heads, hard examples, object crops, every augmentation.</summary>
    [Theory]
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
        Assert.Equal(3, half.Step);
        Checkpoint resumed = Toy.Train(half.Config, folder["parts"], half);
        Assert.Equal(6, resumed.Step);
        Assert.Equal(whole.State.Count, resumed.State.Count);
        foreach ((string name, float[] values) in whole.State)
            Assert.True(values.AsSpan().SequenceEqual(resumed.State[name]), $"{name} differs");
    }

    [Fact]
    public void A_run_can_start_from_another_runs_weights_as_far_as_they_fit()
    {
        using TemporaryFolder folder = new();
        Checkpoint first = Toy.Train(Toy.Config(1, "fcn32s"), folder.Path);
        StepGraph graph = StepGraph.Build(NetworkNames.Parse("fcn8s", null, 11), new BatchShape(1, 32, 32), new Objective(), [.. Enumerable.Repeat(1f, 11)], new Sgd(0));
        using TrainStep step = new(graph, seed: 99);
        int taken = step.Adopt(first.State);
        IReadOnlyDictionary<string, float[]> state = step.Export();
        Assert.Equal(first.State["e3.0.a.weight"], state["e3.0.a.weight"]);
        Assert.Equal(first.State["score32.bias"], state["score32.bias"]);
        // The two finer scores (weight and bias) and the two enlargements are new.
        Assert.Equal(graph.State.Count(s => s.Parameter is not null) - 6, taken);
    }

    [Theory]
    [InlineData("fcn32s")]
    [InlineData("fcn16s")]
    [InlineData("fcn8s")]
    [InlineData("fcn4s")]
    public void A_pyramid_has_no_level_that_nothing_learns_from(string net)
        => Assert.NotEmpty(StepGraph.Build(NetworkNames.Parse(net, "reslite-fpn", 11), new BatchShape(1, 64, 64), new Objective(), [.. Enumerable.Repeat(1f, 11)], new Sgd(0)).Learned);

    [Fact]
    public void A_DeconvNet_can_start_its_encoder_from_an_FCN()
    {
        Dictionary<string, Shape> fcn = InferenceGraph.Declared(NetworkNames.Parse("fcn4s", "reslite", 11)).ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);
        Parameter[] shared = [.. InferenceGraph.Declared(NetworkNames.Parse("deconvnet", "reslite", 11)).Where(p => fcn.TryGetValue(p.Name, out Shape? same) && same.Equals(p.Shape))];
        Assert.Equal(14 * 5, shared.Length); // four levels: a convolution each and 0, 1, 2, 2 blocks of two, with four numbers of batch norm
        Assert.DoesNotContain(shared, p => p.Name.StartsWith("deconv", StringComparison.Ordinal));
    }

    [Fact]
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

    [Fact]
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

    [Fact]
    public void A_run_that_blows_up_names_the_gradient_and_leaves_no_unsound_checkpoint()
    {
        using TemporaryFolder folder = new();
        RunConfig config = Toy.Config(40) with { Optimizer = "sgd", Schedule = "constant", WarmUp = 0, LearningRate = 1e6 };
        string said = Assert.Throws<UserError>(() => Toy.Train(config, folder.Path)).Message;
        Assert.Contains("lower --lr", said, StringComparison.Ordinal);
        Assert.Matches("gradient of [a-z0-9.]+", said);
        Assert.False(File.Exists(folder[Checkpoint.FileName]));
    }

    /// <summary>A finer network made from a coarser one begins with the coarser one's decisions: its skips start at zero.</summary>
    [Fact]
    public void Skips_start_at_zero()
    {
        foreach (Parameter p in InferenceGraph.Declared(NetworkNames.Parse("fcn8s", null, 11)).Where(p => p.Name.StartsWith("score", StringComparison.Ordinal)))
            Assert.Equal(p.Name.StartsWith("score32", StringComparison.Ordinal), p.Initial(1).Any(v => v != 0));
    }

    [Theory]
    [InlineData("ohem", "learned", 0.4f)]
    [InlineData("l2", "bilinear", 0f)]
    [InlineData("ce", "bilinear", 0.4f)]
    public void Objectives_and_upsamplings_lower_their_loss(string loss, string upsampling, float auxiliary)
    {
        RunConfig config = Toy.Config(20) with { Upsampling = upsampling, Objective = new Objective { Loss = loss, Auxiliary = auxiliary, LabelSmoothing = loss == "l2" ? 0 : 0.05f } };
        using BatchLoader loader = new(MixedDataset.Parse(config.Data, new Split(Training: true)), config.Batch, config.Seed, 0);
        StepGraph graph = StepGraph.Build(config.Network(), config.Batch, config.Objective, [.. config.ClassNames.Select(_ => 1f)], Optimizer.Parse("adamw", 1e-2f));
        Assert.Equal(upsampling == "learned", graph.Learned.Any(n => n.StartsWith("up", StringComparison.Ordinal)));
        using TrainStep step = new(graph, config.Seed);
        loader.Next(step.Frame, step.Labels);
        float first = step.Run(StepNumbers.At(2e-3, 0)), last = first;
        for (int t = 1; t < 20; t++) last = step.Run(StepNumbers.At(2e-3, t));
        Assert.True(last < 0.75 * first, $"{first} → {last}");
    }

    [Theory]
    [InlineData("sgd", 2e-2)]
    [InlineData("adamw", 2e-3)]
    public void Optimizers_lower_the_loss_on_one_batch(string optimizer, double rate)
    {
        RunConfig config = Toy.Config(20);
        using BatchLoader loader = new(MixedDataset.Parse(config.Data, new Split(Training: true)), config.Batch, config.Seed, 0);
        StepGraph graph = StepGraph.Build(config.Network(), config.Batch, config.Objective, [.. config.ClassNames.Select(_ => 1f)], Optimizer.Parse(optimizer, 1e-2f));
        using TrainStep step = new(graph, config.Seed);
        loader.Next(step.Frame, step.Labels);
        float first = step.Run(StepNumbers.At(rate, 0)), last = first;
        for (int t = 1; t < 20; t++) last = step.Run(StepNumbers.At(rate, t));
        Assert.True(last < 0.6 * first, $"{first} → {last}");
    }

    [Fact]
    public void ResLite_has_the_yardsticks_parameter_count()
        => Assert.Equal(4_738_532, StepGraph.Build(NetworkNames.Parse("fcn4s", "reslite", 11), new BatchShape(1, 32, 32), new Objective(), [.. Enumerable.Repeat(1f, 11)], new Sgd(0)).ParameterCount);

    [Theory]
    [InlineData("constant", 0, 0.5)]
    [InlineData("constant", 9, 1)]
    [InlineData("poly", 500, 0.5358867)]
    [InlineData("cosine", 500, 0.5)]
    public void Schedules_follow_their_formulas(string kind, long step, double expected)
        => Assert.Equal(expected, LearningRate.Parse(kind, 1, step < 2 ? 2 : 0, 1000).At(step), 6);

    [Fact]
    public void A_damaged_checkpoint_is_refused()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(1), folder.Path);
        string path = folder[Checkpoint.FileName];
        byte[] bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains("damaged", Assert.Throws<UserError>(() => Checkpoint.Load(path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(path, bytes[..100]);
        Assert.Throws<UserError>(() => Checkpoint.Load(path));
    }

    [Fact]
    public void Metrics_equal_the_FCN_papers_definitions()
    {
        ConfusionMatrix m = new(3);
        m.Add([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 255], [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 2]);
        Assert.Equal(0.7, m.PixelAccuracy, 9);
        Assert.Equal((0.75 + (4 / 6.0)) / 2, m.MeanAccuracy, 9);
        Assert.Equal((0.5 + (4 / 7.0)) / 2, m.MeanIu, 9); // class 2 is nowhere and does not count
        Assert.Equal(((4 * 0.5) + (6 * 4 / 7.0)) / 10, m.FrequencyWeightedIu, 9);
    }
}
