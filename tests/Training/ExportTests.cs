using System.Runtime.InteropServices;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The contract between trainer and app: what was trained is what runs.</summary>
public sealed class ExportTests
{
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn4s", "reslite", 60)]
    [InlineData("fcn4s", "reslite-fpn", 60)]
    [InlineData("deconvnet", "reslite", 30)]
    public void Train_export_run_gives_the_same_masks_everywhere(string net, string backbone, int steps)
    {
        using TemporaryFolder folder = new();
        // Long enough for the running statistics.
        Checkpoint trained = Toy.Train(Toy.Config(steps, net) with { Backbone = backbone }, folder.Path);
        RunExport.FromRun(folder.Path, folder["model.onnx"]);
        using Evaluator evaluator = new(File.ReadAllBytes(folder["model.onnx"]), "model.onnx");
        using Segmenter segmenter = Segmenter.Load(folder["model.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), _ => { });
        Assert.Equal(evaluator.Manifest.Classes, segmenter.Manifest.Classes);

        SynthStreet street = new(2, seed: 9);
        for (int i = 0; i < street.Count; i++)
        {
            Mat image = street.Load(i).Image;
            using FrameSlot slot = new();
            image.CopyTo(slot.Image);
            segmenter.Fit(slot);
            segmenter.Infer(slot);
            byte[] byApp = Bytes(slot.Labels), byEvaluator = evaluator.Labels(image);
            byte[] byTraining = Unfolded(trained.Config.Network(), trained.State, image);
            Assert.True(Agreement(byEvaluator, byApp) > 0.9995, $"{Agreement(byEvaluator, byApp):P3} agree");
            // Folding batch norm rounds differently: a pixel between two classes may fall either way.
            Assert.True(Agreement(byTraining, byApp) > 0.999, $"{Agreement(byTraining, byApp):P3} agree");
            Assert.True(byApp.Distinct().Count() > 1, "one class everywhere proves nothing");
        }
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Kernels_take_less_room_and_give_the_same_masks()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(60), folder.Path);
        RunExport.FromRun(folder.Path, folder["plain.onnx"]);
        byte[] plain = File.ReadAllBytes(folder["plain.onnx"]);
        using Evaluator exact = new(plain, "plain.onnx");
        Mat image = new SynthStreet(1, seed: 9).Load(0).Image;
        byte[] expected = exact.Labels(image);
        Assert.True(expected.Distinct().Count() > 1, "one class everywhere proves nothing");
        (KernelStorage, double, double)[] forms = [(KernelStorage.Half, 0.51, 0.9995), (KernelStorage.Byte, 0.27, 0.995)];
        foreach ((KernelStorage kernels, double size, double agreement) in forms)
        {
            RunExport.FromRun(folder.Path, folder["small.onnx"], new ExportForm(kernels));
            byte[] small = File.ReadAllBytes(folder["small.onnx"]);
            Assert.InRange(small.Length, 0.2 * plain.Length, size * plain.Length);
            using Evaluator rounded = new(small, "small.onnx");
            Assert.InRange(Agreement(expected, rounded.Labels(image)), agreement, 1);
        }
    }

    /// <summary>Channels a million times apart each keep seven bits and a sign; one of zeros stays zero.</summary>
    [Fact]
    public void Eight_bits_hold_each_channel_at_its_own_scale()
    {
        float[] values = [1e-3f, -0.4e-3f, 0.013e-3f, 0, 0, 0, 1000, -999, 5];
        GraphBuilder g = new();
        Value kernel = g.Rename(StoredKernels.Bytes(g, "w", values, new Shape(3, 3, 1, 1)), "out");
        using InferenceSession session = new(OnnxWriter.Write(g, [kernel]));
        using RunOptions options = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(options, [], [], ["out"]);
        float[] read = results[0].GetTensorDataAsSpan<float>().ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            float step = (i < 3 ? 1e-3f : 1000) / 250; // of the first channel, and of the last
            Assert.InRange(read[i] - values[i], -step, step);
        }

        Assert.Equal([0, 0, 0], read[3..6]);
    }

    [Theory]
    [InlineData(480, 360)]
    [InlineData(97, 65)]
    [InlineData(640, 352)]
    [InlineData(33, 31)]
    public void An_exported_file_takes_any_size(int width, int height)
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn16s", "reslite-fpn", 21), "any", 1, folder["any.onnx"]);
        using Evaluator evaluator = new(File.ReadAllBytes(folder["any.onnx"]), "any.onnx");
        using Mat image = new(height, width, MatType.CV_8UC3, new Scalar(10, 100, 200));
        byte[] labels = evaluator.Labels(image);
        Assert.Equal(width * height, labels.Length);
        Assert.All(labels, l => Assert.InRange(l, 0, 20));
    }

    [Fact]
    public void An_exported_file_uses_only_standard_operators_of_old_versions()
    {
        byte[] file = RandomModel();
        ModelProto model = ModelProto.Parser.ParseFrom(file);
        Assert.True(model.IrVersion <= 8);
        Assert.Equal(("", 17), Assert.Single(model.OpsetImport.Select(o => (o.Domain, (int)o.Version))));
        Assert.All(model.Graph.Node, n => Assert.Equal("", n.Domain));
        Assert.DoesNotContain(model.Graph.Node, n => n.OpType == "BatchNormalization");
    }

    [Fact]
    public void Confidence_is_high_if_one_class_leads_and_low_if_none_does()
    {
        GraphWithLogits([9, 0, 0], out byte label, out byte confidence);
        Assert.Equal((0, 255), (label, confidence));
        GraphWithLogits([0, 0.01f, 0], out label, out confidence);
        Assert.Equal(1, label);
        Assert.InRange(confidence, 84, 87); // a third of 255
    }

    [Theory]
    [InlineData("fcn32s")]
    [InlineData("fcn16s")]
    [InlineData("fcn8s")]
    [InlineData("fcn4s")]
    [InlineData("deconvnet")]
    public void Every_network_exports_and_runs(string net)
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse(net, null, 11), net, 1, folder["m.onnx"]);
        SegmenterOptions options = new(ExecutionProviders.Auto, Size: (160, 120));
        using Segmenter segmenter = Segmenter.Load(folder["m.onnx"], options, _ => { });
        using FrameSlot slot = new();
        slot.Image.Create(240, 320, MatType.CV_8UC3);
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        Assert.Equal(new Size(160, 120), slot.Labels.Size());
    }

    /// <summary>The class and confidence that an exported model gives a pixel with these logits.</summary>
    private static void GraphWithLogits(float[] values, out byte label, out byte confidence)
    {
        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new(1, 1, 1, 3));
        Value logits = g.Constant(values, new(1, values.Length, 1, 1));
        (Value l, Value c) = ClassDecision.Decide(g, logits, frame);
        using InferenceSession session = new(OnnxWriter.Write(g, [l, c]));
        using RunOptions run = new();
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(new byte[3], [1, 1, 1, 3]);
        using IDisposableReadOnlyCollection<OrtValue> result = session.Run(run, ["frame"], [input], [l.Name, c.Name]);
        (label, confidence) = (result[0].GetTensorDataAsSpan<byte>()[0], result[1].GetTensorDataAsSpan<byte>()[0]);
    }

    /// <summary>Labels by the training graph's own forward pass, batch norm on its running statistics and not folded.</summary>
    internal static byte[] Unfolded(
        INetwork net,
        IReadOnlyDictionary<string, float[]> state,
        Mat image,
        IReadOnlyDictionary<string, ValueRange>? ranges = null,
        bool isPlain = false)
    {
        (byte[] model, IReadOnlyList<Parameter> parameters) = InferenceGraph.BuildUnfolded(net, image.Height, image.Width, ranges);
        using SessionOptions options = new();
        if (isPlain) options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL; // every node as it stands
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        string[] names = [ModelManifest.FrameInput, .. parameters.Select(p => p.Name)];
        List<OrtValue> inputs = [OrtValue.CreateTensorValueFromMemory(Bytes(image), [1, image.Height, image.Width, 3])];
        inputs.AddRange(parameters.Select(p => OrtValue.CreateTensorValueFromMemory(state[p.Name], p.Shape.ToArray())));
        using IDisposableReadOnlyCollection<OrtValue> result = session.Run(run, names, inputs, [ModelManifest.LabelsOutput]);
        byte[] labels = result[0].GetTensorDataAsSpan<byte>().ToArray();
        foreach (OrtValue v in inputs) v.Dispose();
        return labels;
    }

    private static byte[] RandomModel()
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn8s", "reslite", 11), "any", 1, folder["m.onnx"]);
        return File.ReadAllBytes(folder["m.onnx"]);
    }

    private static double Agreement(byte[] a, byte[] b) => a.Zip(b).Count(p => p.First == p.Second) / (double)a.Length;

    private static unsafe byte[] Bytes(Mat m) => new ReadOnlySpan<byte>(m.DataPointer, (int)(m.Total() * m.ElemSize())).ToArray();

    /// <summary>The ensemble's decision, computed by hand from its members' probabilities.</summary>
    [Theory]
    [InlineData("mean")]
    [InlineData("product")]
    public void An_ensemble_combines_its_members_probabilities(string combine)
    {
        GraphBuilder g = new();
        Value[] logits = [.. new[] { "a", "b" }.Select(name => g.Input(name, ElementType.Float, new Shape(1, 3, 1, 4)))];
        Value softmax = Softmax.Emit(g, Ensemble.Combine(g, logits, combine));
        float[] a = [3, 0, 1, 9, 0, 2, 1, 0, 0, 0, -4, 0], b = [0, 1, 1, -9, 0, 1, 2, 3, 5, 1, 0, 0];
        float[] result = Ort.Run(g, [softmax], new Dictionary<string, Array>(StringComparer.Ordinal) { ["a"] = a, ["b"] = b })[0];
        for (int p = 0; p < 4; p++)
        {
            double[] Probabilities(float[] z)
            {
                double[] e = [.. Enumerable.Range(0, 3).Select(k => Math.Exp(z[(k * 4) + p]))];
                return [.. e.Select(v => v / e.Sum())];
            }

            double[] joint = [.. Probabilities(a).Zip(Probabilities(b), (x, y) => combine == "mean" ? (x + y) / 2 : x * y)];
            for (int k = 0; k < 3; k++) Assert.Equal(joint[k] / joint.Sum(), result[(k * 4) + p], 5);
        }
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void The_mean_of_two_runs_weights_is_one_network()
    {
        using TemporaryFolder folder = new();
        Checkpoint a = Toy.Train(Toy.Config(2), folder["a"]), b = Toy.Train(Toy.Config(2) with { Seed = 6 }, folder["b"]);
        RunExport.FromRun(folder["a"], folder["a.onnx"]);
        RunExport.FromRuns([folder["a"], folder["b"]], Ensemble.Weights, folder["mean.onnx"]);
        GraphProto one = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["a.onnx"])).Graph;
        GraphProto both = ModelProto.Parser.ParseFrom(File.ReadAllBytes(folder["mean.onnx"])).Graph;
        Assert.Equal(one.Node.Count, both.Node.Count);

        // A class layer's bias: no batch norm is folded into it.
        TensorProto bias = both.Initializer.First(t => t.Name.EndsWith(".bias", StringComparison.Ordinal) && a.State.ContainsKey(t.Name));
        float[] mean = [.. a.State[bias.Name].Zip(b.State[bias.Name], (x, y) => (x + y) / 2)];
        float[] stored = MemoryMarshal.Cast<byte, float>(bias.RawData.Span).ToArray();
        Assert.NotEqual(a.State[bias.Name], b.State[bias.Name]);
        for (int i = 0; i < mean.Length; i++) Assert.Equal(mean[i], stored[i], 6);

        Toy.Train(Toy.Config(1, "fcn16s"), folder["other"]);
        Assert.Throws<UserError>(() => RunExport.FromRuns([folder["a"], folder["other"]], Ensemble.Weights, folder["none.onnx"]));
        Assert.False(File.Exists(folder["none.onnx"]));
    }

    /// <summary>
    /// A network of single pixels gives the same labels at every size of an image of large patches. (Weights stored twice would be
    /// refused: a name is claimed once.)
    /// </summary>
    [Theory]
    [InlineData(1f, 1.5f)]
    [InlineData(0.5f, 1f, 2f)]
    public void Logits_at_several_sizes_of_the_image_are_averaged(params float[] scales)
    {
        byte[] one = PixelNet.File(), several = PixelNet.File(form: new ExportForm(Scales: scales));
        using Mat image = new(50, 90, MatType.CV_8UC3, new Scalar(200, 30, 30)); // no multiple of 32
        using (Mat right = new(image, new Rect(40, 0, 50, 50))) right.SetTo(new Scalar(30, 30, 220));
        using Evaluator single = new(one, "one"), multiple = new(several, "several");
        byte[] expected = single.Labels(image), labels = multiple.Labels(image);
        Assert.Equal(expected.Length, labels.Length);
        for (int i = 0; i < labels.Length; i++)
        {
            if (i % 90 is < 37 or > 43) Assert.Equal(expected[i], labels[i]); // the edge is blurred at other sizes
        }
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Heads_that_only_training_needs_are_learned_but_not_exported()
    {
        using TemporaryFolder folder = new();
        Checkpoint run = Toy.Train(Toy.Config(2, "deconvnet") with { Objective = new Objective { Auxiliary = 0.4f } }, folder.Path);
        string[] heads = [.. new[] { 32, 16, 8, 4 }.Select(stride => $"aux{stride}.weight")];
        Assert.All(heads, h => Assert.Contains(run.State["moment1/" + h], m => m != 0)); // gradients came
        RunExport.FromRun(folder.Path, folder["m.onnx"]);
        string file = Encoding.Latin1.GetString(File.ReadAllBytes(folder["m.onnx"]));
        Assert.All(heads, h => Assert.DoesNotContain(h, file, StringComparison.Ordinal));
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Two_runs_ship_as_one_file_and_two_equal_ones_decide_as_each()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(2), folder["a"]);
        Toy.Train(Toy.Config(1, "deconvnet"), folder["b"]);
        ModelManifest mixed = RunExport.FromRuns([folder["a"], folder["b"]], "mean", folder["ab.onnx"]);
        ModelManifest alone = RunExport.FromRun(folder["a"], folder["a.onnx"]);
        RunExport.FromRuns([folder["a"], folder["a"]], "mean", folder["aa.onnx"]);
        Assert.Equal("mean of fcn8s-reslite and deconvnet-reslite", mixed.Network);
        Assert.True(mixed.Parameters > alone.Parameters);
        using Mat image = new SynthStreet(1, 3).Load(0).Image.Clone();
        byte[] Labels(string file)
        {
            using Evaluator evaluator = new(File.ReadAllBytes(folder[file]), file);
            return evaluator.Labels(image);
        }

        byte[] one = Labels("a.onnx"), twice = Labels("aa.onnx");
        Assert.True(one.Zip(twice).Count(p => p.First != p.Second) < one.Length / 1000);
        Assert.Equal(one.Length, Labels("ab.onnx").Length);
    }
}
