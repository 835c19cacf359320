using System.Globalization;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Whole networks, and single steps of training.</summary>
public sealed class StepTests
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
    [Trait("Set", "Slow")]
    [InlineData("fcn32s", "reslite", "nothing")]
    [InlineData("fcn4s", "reslite", "nothing")]
    [InlineData("fcn4s", "reslite-fpn", "nothing")]
    [InlineData("fcn8s", "mobile.onnx", "nothing")]
    [InlineData("deconvnet", "reslite", "e")]
    public void All_gradients_of_a_network_agree_with_differences(string net, string backbone, string skipped)
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(2, 64, 96, 3));
        Value labels = g.Input("labels", ElementType.UInt8, new Shape(2, 64, 96));
        TrainableLayers layers = new(g, batchStatistics: true);
        using TemporaryFolder folder = new();
        if (backbone.EndsWith(Backbone.FileEnding, StringComparison.Ordinal))
            ClassifierFile.WriteMobile(backbone = folder[backbone], MobileHead.Dense);
        Value logits = NetworkNames.Parse(net, backbone, 11).Forward(layers, frame).Logits(g);
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
            bool Agrees(double step) => Math.Abs(((At(step) - At(-step)) / (2 * step)) - length) < (0.08 * length) + 2e-3;
            bool agrees = new[] { 1e-3, 3e-4, 1e-4 }.Select(s => s / Math.Max(length, 0.1)).Any(Agrees);
            start.CopyTo(weights, 0);
            Assert.True(agrees, $"{learned[i].Parameter.Name}: differences do not give the gradient's length, {length}");
        }
    }

    /// <summary>Pinned on this code; a change of any rule, initial value, order or augmentation moves it.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void Ten_steps_follow_the_pinned_loss_curve()
    {
        using TemporaryFolder folder = new();
        List<double> losses = [];
        RunConfig config = Toy.Config(10);
        using BatchLoader loader = new(Toy.Street, config.Batch, config.Seed, 0);
        StepGraph graph = GraphOf(config, "adamw");
        using TrainStep step = new(graph, config.Seed);
        for (int t = 0; t < 10; t++)
        {
            loader.Next(step.Frame, step.Labels);
            losses.Add(step.Run(StepNumbers.At(3e-4, t)));
        }

        double[] pinned = [3.0086, 2.7805, 2.1694, 2.1084, 2.8371, 2.3808, 2.2053, 2.1001, 1.7708, 2.2363];
        string curve = string.Join(", ", losses.Select(l => l.ToString("F4", CultureInfo.InvariantCulture)));
        Assert.True(losses.Zip(pinned).All(p => Math.Abs(p.First - p.Second) < 0.05 * p.Second), curve);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void The_body_learns_at_a_rate_of_its_own()
    {
        RunConfig config = Toy.Config(1) with { BodyLearningRate = 1e-4, FrozenEpochs = 2 };
        Assert.Equal(0, config.BodyRateAt(5e-4, epoch: 1));
        Assert.Equal(5e-5, config.BodyRateAt(5e-4, epoch: 2), 12); // half of its highest, as the rest
        using BatchLoader loader = new(Toy.Street, config.Batch, config.Seed, 0);
        using TrainStep step = new(GraphOf(config, "adamw"), config.Seed);
        IReadOnlyDictionary<string, float[]> before = step.Export();
        loader.Next(step.Frame, step.Labels);
        step.Run(StepNumbers.At(1e-3, 0, bodyRate: 0));
        IReadOnlyDictionary<string, float[]> after = step.Export();
        bool Moved(string name) => !before[name].SequenceEqual(after[name]);
        Assert.False(Moved("e1.down.weight") || Moved("e5.0.a.gamma"));
        Assert.True(Moved("score32.weight") && Moved("up16.weight"));
        step.Run(StepNumbers.At(1e-3, 1, bodyRate: 1e-4));
        after = step.Export();
        Assert.True(Moved("e1.down.weight"));
    }

    /// <summary>Weights that a rate of zero leaves alone have another loss in every step, and the same one in the same step.</summary>
    [Fact]
    public void Dropout_drops_other_values_in_every_step()
    {
        StepGraph graph = StepGraph.Build(new DroppingNet(), new BatchShape(1, 32, 32), new Objective(), [1, 1, 1], new Sgd(0));
        using TrainStep step = new(graph, seed: 1);
        new Random(1).NextBytes(step.Frame);
        for (int i = 0; i < step.Labels.Length; i++) step.Labels[i] = (byte)(i % 3);
        float[] losses = [.. Enumerable.Range(0, 5).Select(t => step.Run(StepNumbers.At(learningRate: 0, t)))];
        Assert.Equal(losses.Length, losses.Distinct().Count());
        Assert.Equal(losses[3], step.Run(StepNumbers.At(learningRate: 0, 3)));
    }

    private sealed record DroppingNet : INetwork
    {
        public int Classes => 3;

        public NetworkOutput Forward(Layers l, Value frame)
            => new(l.Classify("score", l.Dropout("drop", FrameInput.Emit(l.Graph, frame), probability: 0.5f), Classes), 1, []);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_can_start_from_another_runs_weights_as_far_as_they_fit()
    {
        using TemporaryFolder folder = new();
        Checkpoint first = Toy.Train(Toy.Config(1, "fcn32s"), folder.Path);
        StepGraph graph = GraphOf("fcn8s", backbone: null, side: 32);
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
        => Assert.NotEmpty(GraphOf(net, "reslite-fpn", side: 64).Learned);

    [Fact]
    public void A_DeconvNet_can_start_its_encoder_from_an_FCN()
    {
        Dictionary<string, Shape> fcn = InferenceGraph.Declared(NetworkNames.Parse("fcn4s", "reslite", 11))
            .ToDictionary(p => p.Name, p => p.Shape, StringComparer.Ordinal);
        Parameter[] shared =
        [
            .. InferenceGraph.Declared(NetworkNames.Parse("deconvnet", "reslite", 11))
                .Where(p => fcn.TryGetValue(p.Name, out Shape? same) && same.Equals(p.Shape)),
        ];

        // Four levels: a convolution each and 0, 1, 2, 2 blocks of two, with four tensors of batch norm.
        Assert.Equal(14 * 5, shared.Length);
        Assert.DoesNotContain(shared, p => p.Name.StartsWith("deconv", StringComparison.Ordinal));
    }

    /// <summary>A finer network made from a coarser one begins with the coarser one's decisions: its skips start at zero.</summary>
    [Fact]
    public void Skips_start_at_zero()
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(NetworkNames.Parse("fcn8s", null, 11));
        foreach (Parameter p in declared.Where(p => p.Name.StartsWith("score", StringComparison.Ordinal)))
            Assert.Equal(p.Name.StartsWith("score32", StringComparison.Ordinal), p.Initial(1).Any(v => v != 0));
    }

    [Fact]
    public void ResLite_has_the_yardsticks_parameter_count()
        => Assert.Equal(4_738_532, GraphOf("fcn4s", "reslite", side: 32).ParameterCount);

    private static StepGraph GraphOf(RunConfig config, string optimizer)
    {
        float[] classWeights = [.. config.ClassNames.Select(_ => 1f)];
        return StepGraph.Build(config.Network(), config.Batch, config.Objective, classWeights, Optimizer.Parse(optimizer, 1e-2f));
    }

    /// <summary>A step of 11 classes on one square image.</summary>
    private static StepGraph GraphOf(string net, string? backbone, int side)
    {
        float[] classWeights = [.. Enumerable.Repeat(1f, 11)];
        BatchShape batch = new(1, side, side);
        return StepGraph.Build(NetworkNames.Parse(net, backbone, 11), batch, new Objective(), classWeights, new Sgd(0));
    }
}
