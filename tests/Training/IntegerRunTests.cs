using System.CommandLine;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Runs that train for 8 bits: what they export, how they go on, what they refuse.</summary>
public sealed class IntegerRunTests(IntegerRunTests.FloatRun trained) : IClassFixture<IntegerRunTests.FloatRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// Where both are computed node by node, labels are those of training. Sums in another order, as in integer kernels, round some codes
    /// otherwise, of which unpooling makes much: where two codes are equal, one more or less moves the maximum.
    /// </summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn8s", "reslite", 0.999)]
    [InlineData("deconvnet", "reslite", 0.95)]
    public void What_was_trained_is_what_runs(string net, string backbone, double least)
    {
        RunConfig config = Toy.Config(60, net) with { Backbone = backbone };
        Checkpoint before = Toy.Train(config, _folder["float"]), run = Toy.Train(ForIntegers(config, 4), _folder["run"]);
        ModelManifest manifest = RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        Assert.Equal($"{net}-{backbone} trained for 8 bits", manifest.Network);
        Assert.Contains("--from float --qat", manifest.Recipe[1], StringComparison.Ordinal);
        string[] statistics = [.. Declared(run).Where(p => p.Kind == ParameterKind.Statistic).Select(p => p.Name)];
        Assert.True(statistics.Length > 20);
        Assert.All(statistics, s => Assert.Equal(before.State[s], run.State[s])); // frozen
        Assert.NotEqual(before.State["e1.down.weight"], run.State["e1.down.weight"]);

        byte[] file = File.ReadAllBytes(_folder["m.onnx"]);
        using Evaluator evaluator = new(file, "m.onnx"), shaders = new(file, "m.onnx", inShaders: true);
        using Segmenter segmenter = Segmenter.Load(_folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
        SynthStreet street = new(2, seed: 9);
        for (int i = 0; i < street.Count; i++)
        {
            Mat image = street.Load(i).Image;
            using FrameSlot slot = new();
            image.CopyTo(slot.Image);
            segmenter.Fit(slot);
            segmenter.Infer(slot);
            byte[] Training(bool plain)
                => ExportTests.Unfolded(run.Config.Network(), run.State, image, RunRanges.Of(run.State), plain);
            byte[] byTraining = Training(plain: false);
            Assert.True(byTraining.Distinct().Count() > 1, "one class everywhere proves nothing");
            byte[] byNode = IntegerTrainingTests.Plain<byte>(file, ModelManifest.LabelsOutput, ImageOf(image));
            AssertAlike(Training(plain: true), byNode, Enumerable.Range(0, byNode.Length), 0.998);
            (byte[] fused, byte[] confidence) = evaluator.Decide(image);
            byte median = confidence.Order().ElementAt(confidence.Length / 2);
            int[] sure = [.. Enumerable.Range(0, fused.Length).Where(p => confidence[p] >= median)]; // so few steps leave the rest in doubt
            foreach (byte[] labels in new[] { fused, Pixels(slot.Labels), shaders.Labels(image) })
                AssertAlike(byTraining, labels, sure, least);
        }
    }

    private static void AssertAlike(byte[] expected, byte[] labels, IEnumerable<int> pixels, double least)
    {
        double same = pixels.Average(p => labels[p] == expected[p] ? 1.0 : 0);
        Assert.True(same >= least, $"{same:P3} agree");
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void A_resumed_run_equals_an_uninterrupted_one_and_keeps_its_ranges()
    {
        Checkpoint.Of(trained.Folder).Save(_folder["float/last.ckpt"]);
        RunConfig config = ForIntegers(FloatRun.Config, 4) with { AverageDecay = 0.9 };
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
        MixedDataset validation = MixedDataset.Parse(MixedDataset.Synth, new Split(Training: false));
        RunConfig config = ForIntegers(FloatRun.Config, 1);
        IReadOnlyDictionary<string, float[]> initial = Checkpoint.Of(trained.Folder).State;
        new Trainer(config, _folder["run"], Toy.Street, validation, initial).Run(null, _ => { }, default);
        RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        byte[] file = File.ReadAllBytes(_folder["m.onnx"]);
        Assert.Contains(IntegerTrainingTests.GraphOf(file).Node, n => n.OpType == "QuantizeLinear");
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
        Toy.Train(ForIntegers(FloatRun.Config, 1) with { From = trained.Folder }, _folder["run"]);
        string[] train = ["train", "--data", "synth", "--steps", "1", "--out", _folder["new"], "--from", trained.Folder, "--qat"];
        Refused("of 103 parameters of fcn8s-reslite are in", [.. train]);
        Refused("parameters of deconvnet-reslite are in", [.. train, "--net", "deconvnet"]);
        Refused("leave --fp16 and --int8 out", "export", _folder["run"], _folder["o.onnx"], "--int8");
        Refused("leave --fp16 and --int8 out", "export", _folder["run"], _folder["o.onnx"], "--fp16");
        string runs = $"{trained.Folder},{_folder["run"]}";
        foreach (string combine in new[] { "mean", "weights" })
            Refused("only runs in floats can be combined", "export", "--ensemble", runs, "--combine", combine, _folder["o.onnx"]);
        Refused("--qat: the run in", "train", "--resume", "--out", trained.Folder, "--qat");
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

    private static IReadOnlyList<Parameter> Declared(Checkpoint run) => InferenceGraph.Declared(run.Config.Network());

    private static OrtValue ImageOf(Mat m) => OrtValue.CreateTensorValueFromMemory(Pixels(m), [1, m.Height, m.Width, 3]);

    private static unsafe byte[] Pixels(Mat m) => new ReadOnlySpan<byte>(m.DataPointer, (int)(m.Total() * m.ElemSize())).ToArray();

    /// <summary>A run in floats, whose weights no test changes.</summary>
    public sealed class FloatRun : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public FloatRun() => Toy.Train(Config, Folder);

        public static RunConfig Config => Toy.Config(30, "fcn32s");

        public string Folder => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }
}
