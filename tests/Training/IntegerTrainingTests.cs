using System.CommandLine;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Training for 8 bits: the step computes what the exported integers will.</summary>
public sealed class IntegerTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Ties go to even codes; what has no code becomes the first or the last, and gets no gradient.</summary>
    [Fact]
    public void Values_become_those_of_codes_and_gradients_go_straight_through_but_for_the_clipped()
    {
        const float Scale = 0.25f;
        float[] x = [-1.01f, -1, -0.99f, -0.375f, -0.125f, 0, 0.125f, 0.375f, 0.3f, 62.6f, 62.75f, 62.76f, 1e6f, -1e6f];
        float[] expected = [-1, -1, -1, -0.5f, 0, 0, 0, 0.5f, 0.25f, 62.5f, 62.75f, 62.75f, 62.75f, -1];
        float[] passed = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0];
        Straight(x, (g, v) => FakeQuantize.Emit(g, v, Scale, zero: 4), expected, passed);

        float[] rectified = [-0.01f, 0, 0.01f, 63.75f, 63.76f];
        Straight(rectified, (g, v) => FakeQuantize.Emit(g, v, Scale, zero: 0), [0, 0, 0, 63.75f, 63.75f], [0, 1, 1, 1, 0]);
        Straight([-63.76f, -63.75f, 0, 0.01f], (g, v) => FakeQuantize.Emit(g, v, Scale, 255), [-63.75f, -63.75f, 0, 0], [0, 1, 1, 0]);
        float[] all = [1, 1, 1, 1, 1, 1, 1, 1, 1];
        Straight(x[..9], (g, v) => FakeQuantize.Rounded(g, v, g.Constant(Scale)), [-1, -1, -1, .. expected[3..9]], all);
    }

    /// <summary>The quantiser's choice is made twice, of the graph that trains and of the one that ships: it is the same.</summary>
    [Theory]
    [InlineData("fcn4s", "reslite-fpn", false)]
    [InlineData("fcn32s", "reslite", true)]
    [InlineData("deconvnet", "reslite", false)]
    [InlineData("deconvnet", "vgglite", true)]
    [InlineData("fcn8s", "mobile.onnx", false)]
    public void The_step_has_fake_quantisation_where_the_file_has_integers(string net, string backbone, bool isPlain)
    {
        if (Backbone.IsFile(backbone)) ClassifierFile.WriteMobile(backbone = _folder[backbone], MobileHead.ImagePooling);
        BodyChoice body = new(isPlain ? new InputScaling(Rgb: true, [128, 128, 128], [128, 128, 128]) : null);
        INetwork network = NetworkNames.Parse(net, backbone, 3, body: body);
        (byte[] floats, IReadOnlyDictionary<string, ValueRange> ranges) = Measured(network);
        GraphProto integers = GraphOf(Quantizer.Quantize(floats, ranges));
        GraphProto step = GraphOf(StepGraph.Build(network, new(2, 64, 96), new Objective(), [1, 1, 1], new Sgd(0), ranges: ranges).Model);

        NodeProto[] quantized = [.. integers.Node.Where(n => n.OpType == "QuantizeLinear")];
        Assert.Equal(quantized.Length, step.Node.Count(n => n.OpType == "QuantizeLinear"));
        Assert.InRange(quantized.Length, 8, 200);
        int kernelsAndBiases = integers.Initializer.Count(t => t.Name.EndsWith(".codes", StringComparison.Ordinal));
        Assert.InRange(kernelsAndBiases, 8, 200);
        Assert.Equal(kernelsAndBiases, step.Node.Count(n => n.OpType == "Round"));
        Assert.Equal(isPlain ? 1 : 0, integers.Node.Count(n => n.OpType == "Transpose"));
    }

    /// <summary>Of a whole network, among them first layers that read bytes, depthwise kernels of eight bits, channels of zeros.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_training_graph_computes_the_values_of_the_file(bool isPlain)
    {
        WideNetwork network = new(isPlain ? new InputScaling(Rgb: true, [128, 128, 128], [128, 128, 128]) : null);
        Dictionary<string, float[]> weights = WideNetwork.Weights(network);
        byte[] floats = InferenceGraph.Build(network, weights, Manifest(network));
        IReadOnlyDictionary<string, ValueRange> ranges = Quantizer.Measure(floats, [Frame(1), Frame(2)]);
        GraphBuilder g = new();
        Value frame = g.Input(ModelManifest.FrameInput, ElementType.UInt8, new Shape(1, 64, 96, 3));
        FrozenLayers layers = new(g);
        Value scores = network.Forward(layers, frame).Scores;
        FakeQuantization.Insert(g, scores, layers.Parameters, ranges);
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal) { [frame.Name] = Bytes(3) };
        foreach ((Parameter p, Value v) in layers.Parameters) inputs[v.Name] = weights[p.Name];

        float[] trained = Ort.Run(g, [scores], inputs)[0], exact = Scores(floats), integers = Scores(Quantizer.Quantize(floats, ranges));
        float largest = exact.Max(MathF.Abs);
        double Apart(float[] a, float[] b) => a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Average() / largest;
        Assert.InRange(Apart(exact, integers), 1e-3, 0.1); // rounding is seen
        Assert.InRange(Apart(trained, integers), 0, 1e-5); // and is the same
    }

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn4s", "reslite-fpn", 40)]
    [InlineData("deconvnet", "reslite", 40)]
    public void What_was_trained_is_what_runs(string net, string backbone, int steps)
    {
        RunConfig config = Toy.Config(steps, net) with { Backbone = backbone };
        Toy.Train(config, _folder["float"]);
        Checkpoint before = Checkpoint.Of(_folder["float"]), run = Toy.Train(ForIntegers(config, 8), _folder["run"]);
        ModelManifest manifest = RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        Assert.Equal($"{net}-{backbone} trained for 8 bits", manifest.Network);
        Assert.Contains("--from float --qat", manifest.Recipe[1], StringComparison.Ordinal);
        string[] statistics = [.. Declared(run).Where(p => p.Kind == ParameterKind.Statistic).Select(p => p.Name)];
        Assert.True(statistics.Length > 20);
        Assert.All(statistics, s => Assert.Equal(before.State[s], run.State[s])); // frozen
        Assert.NotEqual(before.State["e1.down.weight"], run.State["e1.down.weight"]);

        using Evaluator evaluator = new(File.ReadAllBytes(_folder["m.onnx"]), "m.onnx");
        using Evaluator shaders = new(File.ReadAllBytes(_folder["m.onnx"]), "m.onnx", inShaders: true);
        using Segmenter segmenter = Segmenter.Load(_folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
        SynthStreet street = new(2, seed: 9);
        for (int i = 0; i < street.Count; i++)
        {
            Mat image = street.Load(i).Image;
            using FrameSlot slot = new();
            image.CopyTo(slot.Image);
            segmenter.Fit(slot);
            segmenter.Infer(slot);
            byte[] byTraining = ExportTests.Unfolded(run.Config.Network(), run.State, image, RunRanges.Of(run.State));
            Assert.True(byTraining.Distinct().Count() > 1, "one class everywhere proves nothing");
            foreach (byte[] labels in new[] { evaluator.Labels(image), Pixels(slot.Labels), shaders.Labels(image) })
            {
                double same = labels.Zip(byTraining).Average(p => p.First == p.Second ? 1.0 : 0);
                Assert.True(same >= 0.999, $"{same:P3} agree");
            }
        }
    }

    /// <summary>With several sizes each tensor is there twice, and has the same range.</summary>
    [Fact]
    public void Several_sizes_share_the_ranges()
    {
        INetwork network = NetworkNames.Parse("fcn4s", "reslite", 3);
        (byte[] floats, IReadOnlyDictionary<string, ValueRange> ranges) = Measured(network);
        byte[] twice = InferenceGraph.Build(network, Random(network), Manifest(network), new ExportForm(Scales: [1, 1.5f]));
        GraphProto one = GraphOf(Quantizer.Quantize(floats, ranges)), two = GraphOf(Quantizer.Quantize(twice, ranges));
        int Integer(GraphProto graph) => graph.Node.Count(n => n.OpType == "QuantizeLinear");
        Assert.Equal(2 * Integer(one), Integer(two));
        ILookup<string, TensorProto> stored = two.Initializer.ToLookup(t => t.Name, StringComparer.Ordinal);
        IEnumerable<ByteString> scales = two.Node.Where(n => n.OpType == "QuantizeLinear").Select(n => stored[n.Input[1]].Single().RawData);
        Assert.All(scales.GroupBy(s => s), s => Assert.True(s.Count() % 2 == 0));
        byte[] scattered = InferenceGraph.Build(network, Random(network), Manifest(network), new ExportForm(UnpoolByScatter: true));
        Assert.Equal(Integer(one), Integer(GraphOf(Quantizer.Quantize(scattered, ranges))));
        UserError e = Assert.Throws<UserError>(() => Quantizer.Quantize(Measured(NetworkNames.Parse("deconvnet", null, 3)).Model, ranges));
        Assert.StartsWith("the run has no range of ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_resumed_run_equals_an_uninterrupted_one_and_keeps_its_ranges()
    {
        RunConfig config = Toy.Config(2, "fcn32s");
        Toy.Train(config, _folder["float"]);
        config = ForIntegers(config, 4) with { AverageDecay = 0.9 };
        Checkpoint whole = Toy.Train(config, _folder["whole"]);
        using CancellationTokenSource stop = new();
        Checkpoint half = Toy.Train(config, _folder["parts"], report: line => { if (line.Step == 2) stop.Cancel(); }, stop: stop.Token);
        Directory.Delete(_folder["float"], recursive: true); // all that it needs is its own by now
        Checkpoint resumed = Toy.Train(half.Config, _folder["parts"], half);
        Assert.Equal((2, 4), (half.Progress.Step, resumed.Progress.Step));
        Assert.InRange(RunRanges.Of(whole.State)!.Count, 8, 100);
        Assert.Equal(whole.State.Keys.Order(StringComparer.Ordinal), resumed.State.Keys.Order(StringComparer.Ordinal));
        Assert.All(whole.State, s => Assert.True(s.Value.AsSpan().SequenceEqual(resumed.State[s.Key]), $"{s.Key} differs"));
    }

    /// <summary>A run is evaluated as what it exports; a float run goes on from it, and it from itself.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void Scores_in_the_run_are_those_of_the_integers()
    {
        RunConfig config = Toy.Config(30, "fcn32s");
        Toy.Train(config, _folder["float"]);
        MixedDataset validation = MixedDataset.Parse(MixedDataset.Synth, new Split(Training: false));
        config = ForIntegers(config, 1);
        IReadOnlyDictionary<string, float[]> initial = Checkpoint.Of(_folder["float"]).State;
        new Trainer(config, _folder["run"], Toy.Street, validation, initial).Run(null, _ => { }, default);
        RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        byte[] file = File.ReadAllBytes(_folder["m.onnx"]);
        Assert.Contains(GraphOf(file).Node, n => n.OpType == "QuantizeLinear");
        using Evaluator evaluator = new(file, "m.onnx");
        double exported = evaluator.Evaluate(validation.Parts, (_, _) => { }).MeanIu;
        Assert.Equal(exported, Checkpoint.Of(_folder["run"]).Progress.ValidationMeanIu);
        Assert.Equal(exported, evaluator.Manifest.MeanIu!.Value, 4);

        Checkpoint again = Toy.Train(config with { From = _folder["run"] }, _folder["again"]);
        Assert.NotNull(RunRanges.Of(again.State));
        Checkpoint floats = Toy.Train(config with { From = _folder["run"], ForIntegers = false }, _folder["back"]);
        Assert.Null(RunRanges.Of(floats.State));
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void What_does_not_go_with_integers_is_refused_in_a_line()
    {
        RunConfig config = Toy.Config(1, "fcn32s");
        Toy.Train(config, _folder["float"]);
        Toy.Train(ForIntegers(config, 1), _folder["run"]);
        string[] train = ["train", "--data", "synth", "--steps", "1", "--out", _folder["new"], "--from", _folder["float"], "--qat"];
        Refused("of 102 parameters of fcn8s-reslite are in", [.. train]);
        Refused("parameters of deconvnet-reslite are in", [.. train, "--net", "deconvnet"]);
        Refused("leave --fp16 and --int8 out", "export", _folder["run"], _folder["o.onnx"], "--int8");
        Refused("leave --fp16 and --int8 out", "export", _folder["run"], _folder["o.onnx"], "--fp16");
        string runs = $"{_folder["float"]},{_folder["run"]}";
        foreach (string combine in new[] { "mean", "weights" })
            Refused("only runs in floats can be combined", "export", "--ensemble", runs, "--combine", combine, _folder["o.onnx"]);
        Refused("--qat: the run in", "train", "--resume", "--out", _folder["float"], "--qat");
        Assert.False(Directory.Exists(_folder["new"]) || File.Exists(_folder["o.onnx"]));
    }

    private static void Refused(string says, params string[] command)
    {
        ParseResult parsed = TrainerCommands.Root().Parse(command);
        Assert.Empty(parsed.Errors);
        InvocationConfiguration bare = new() { EnableDefaultExceptionHandler = false };
        Assert.Contains(says, Assert.Throws<UserError>(() => parsed.Invoke(bare)).Message, StringComparison.Ordinal);
    }

    private RunConfig ForIntegers(RunConfig config, int steps)
        => config with { ForIntegers = true, From = _folder["float"], TotalSteps = steps, LearningRate = 1e-4 };

    /// <summary>Runs a function on values, and d Σ y·r / dx with fixed r.</summary>
    private static void Straight(float[] x, Func<GraphBuilder, Value, Value> emit, float[] expected, float[] passed)
    {
        GraphBuilder g = new();
        Value input = g.Input("x", ElementType.Float, new Shape(x.Length));
        Value y = emit(g, input);
        float[] r = Ort.Spread(x.Length, 3);
        Value loss = Reduce.SumAll(g, Elementwise.Mul(g, y, g.Constant(r, input.Shape)));
        Value dx = RealtimeSeg.Training.Autodiff.Gradients.Of(g, loss, [input])[0];
        float[][] got = Ort.Run(g, [y, dx], new Dictionary<string, Array>(StringComparer.Ordinal) { ["x"] = x });
        Assert.Equal(expected, got[0]);
        Assert.Equal([.. passed.Zip(r, (p, v) => p * v)], got[1]);
    }

    private static (byte[] Model, IReadOnlyDictionary<string, ValueRange> Ranges) Measured(INetwork network)
    {
        byte[] floats = InferenceGraph.Build(network, Random(network), Manifest(network));
        return (floats, Quantizer.Measure(floats, [Frame(1)]));
    }

    private static Dictionary<string, float[]> Random(INetwork network)
        => InferenceGraph.Declared(network).ToDictionary(p => p.Name, p => p.Initial(1), StringComparer.Ordinal);

    private static IReadOnlyList<Parameter> Declared(Checkpoint run) => InferenceGraph.Declared(run.Config.Network());

    private static ModelManifest Manifest(INetwork network) => new()
    {
        Classes = [.. Enumerable.Range(0, network.Classes).Select(i => $"class{i}")],
        Palette = ModelManifest.DefaultPalette(network.Classes),
        Size = (96, 64),
    };

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[64 * 96 * 3];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static OrtValue Frame(int seed) => OrtValue.CreateTensorValueFromMemory(Bytes(seed), [1, 64, 96, 3]);

    private static GraphProto GraphOf(byte[] model) => ModelProto.Parser.ParseFrom(model).Graph;

    /// <summary>The scores of a file, every node of which is computed as it stands.</summary>
    private static float[] Scores(byte[] model)
    {
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        using OrtValue frame = Frame(3);
        using IDisposableReadOnlyCollection<OrtValue> results
            = session.Run(run, [ModelManifest.FrameInput], [frame], [ModelManifest.ScoresOutput]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <summary>What the bodies at hand lack is here: a wide first layer, a depthwise one whose padding is a node of its own.</summary>
    private sealed record WideNetwork(InputScaling? Input) : INetwork
    {
        public int Classes => 3;

        public NetworkOutput Forward(Layers l, Value frame)
        {
            Value x = l.ConvBnRelu("a", FrameInput.Emit(l.Graph, frame, Input), 16, stride: 2);
            Value padded = Layout.Pad(l.Graph, x, 0, 0, 2, 2);
            Value y = Clip.Emit(l.Graph, l.ConvBias("b", padded, 16, 3, new ConvGeometry(Group: 16)), 0, 6);
            y = l.ConvBn("c", y, 16, 3, 1);
            y = Relu.Emit(l.Graph, Elementwise.Add(l.Graph, x, y));
            return new NetworkOutput(l.Classify("score2", MaxPool.Emit(l.Graph, y, 2).Y, Classes), 4, []);
        }

        /// <summary>Far from those that training starts with; a channel of c, and one of b, is zero.</summary>
        public static Dictionary<string, float[]> Weights(INetwork network)
        {
            Dictionary<string, float[]> weights = Random(network);
            foreach ((string name, float[] values) in weights.Where(w => !w.Key.EndsWith(".weight", StringComparison.Ordinal)))
            {
                float[] spread = Ort.Spread(values.Length, name.Length);
                for (int i = 0; i < values.Length; i++) values[i] = name.EndsWith(".variance", StringComparison.Ordinal)
                    ? 1.5f + spread[i]
                    : values[i] + (0.4f * spread[i]);
            }

            weights["c.weight"].AsSpan(0, 16 * 9).Clear();
            weights["b.weight"].AsSpan(9, 9).Clear();
            return weights;
        }
    }

    private static unsafe byte[] Pixels(Mat m) => new ReadOnlySpan<byte>(m.DataPointer, (int)(m.Total() * m.ElemSize())).ToArray();
}
