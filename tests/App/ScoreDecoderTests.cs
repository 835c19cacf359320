using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Quantization;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The app decides from scores what the graph decides at full size.</summary>
public sealed class ScoreDecoderTests : IDisposable
{
    private const int Classes = 11;
    private static readonly SegmenterOptions OnCpu = new(ExecutionProviders.Cpu);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>By the definition, in doubles: the softmax probabilities of the wanted classes, added up.</summary>
    [Fact]
    public void It_adds_up_the_classes_that_are_wanted()
    {
        Size cells = new(12, 9), pixels = new(41, 33);
        Random random = new(5);
        float[] scores = [.. Enumerable.Range(0, Classes * 12 * 9).Select(_ => (random.NextSingle() * 8) - 4)];
        byte[] labels = new byte[41 * 33], confidence = new byte[labels.Length], foreground = new byte[labels.Length];
        bool[] wanted = [.. Enumerable.Range(0, Classes).Select(c => c is 2 or 7 or 10)];
        using ScoreDecoder decoder = new(Classes, cells, pixels, 4, threads: 2);
        decoder.Decode(scores, labels, confidence, foreground, wanted);
        for (int i = 0; i < labels.Length; i++)
        {
            double x = Math.Clamp((((i % 41) + 0.5) / 4) - 0.5, 0, 11), y = Math.Clamp((((i / 41) + 0.5) / 4) - 0.5, 0, 8);
            double At(int c, int row, int column) => scores[(((c * 9) + Math.Min(row, 8)) * 12) + Math.Min(column, 11)];
            double Row(int c, int row) => At(c, row, (int)x) + ((x - (int)x) * (At(c, row, (int)x + 1) - At(c, row, (int)x)));
            double Score(int c) => Row(c, (int)y) + ((y - (int)y) * (Row(c, (int)y + 1) - Row(c, (int)y)));
            double[] e = [.. Enumerable.Range(0, Classes).Select(c => Math.Exp(Score(c)))];
            Assert.InRange(foreground[i] - (255 * (e[2] + e[7] + e[10]) / e.Sum()), -0.51, 0.51);
        }
    }

    /// <summary>Random scores at strides of 2, 4, 16 and 4 / 1.5, cropped and not, in rows shorter and longer than a vector.</summary>
    [Theory]
    [InlineData(2, 1f, 160, 128)]
    [InlineData(4, 1f, 480, 360)]
    [InlineData(4, 1f, 5, 200)]
    [InlineData(16, 1f, 131, 93)]
    [InlineData(4, 1.5f, 480, 360)]
    [InlineData(4, 1.5f, 491, 75)]
    [InlineData(4, 1f, 1, 40)]
    [InlineData(4, 1f, 40, 1)]
    public void It_decides_as_the_graph_does(int stride, float scale, int width, int height)
    {
        int Cells(int pixels) => ((int)(pixels * scale) + 31) / 32 * 32 / stride;
        Size cells = new(Cells(width), Cells(height));
        Random random = new(3);
        float[] scores = [.. Enumerable.Range(0, Classes * cells.Width * cells.Height).Select(_ => (random.NextSingle() * 8) - 4)];

        GraphBuilder g = new();
        Value frame = g.Input("frame", ElementType.UInt8, new Shape(1, height, width, 3));
        Value map = g.Input("scores", ElementType.Float, new Shape(1, Classes, cells.Height, cells.Width));
        (Value l, Value c) = ClassDecision.Decide(g, MultiScale.Logits(g, frame, [scale], _ => new NetworkOutput(map, stride, [])), frame);
        using OrtValue pixels = OrtValue.CreateTensorValueFromMemory(new byte[width * height * 3], [1, height, width, 3]);
        using OrtValue input = OrtValue.CreateTensorValueFromMemory(scores, [1, Classes, cells.Height, cells.Width]);
        using InferenceSession session = new(OnnxWriter.Write(g, [l, c]));
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> result = session.Run(run, ["frame", "scores"], [pixels, input], [l.Name, c.Name]);

        byte[] labels = new byte[width * height], confidence = new byte[width * height];
        foreach (int threads in (int[])[1, 2, 7])
        {
            using ScoreDecoder decoder = new(Classes, cells, new Size(width, height), stride / scale, threads);
            decoder.Decode(new float[scores.Length], labels, confidence); // a frame before, of which nothing may stay
            Assert.Equal(-1, labels.AsSpan().IndexOfAnyExcept((byte)0)); // the first of equal scores
            decoder.Decode(scores, labels, confidence);
            Same(result[0].GetTensorDataAsSpan<byte>().ToArray(), result[1].GetTensorDataAsSpan<byte>().ToArray(), labels, confidence);
        }
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("fcn4s", 1f, 480, 360)]
    [InlineData("fcn4s", 1f, 97, 65)]
    [InlineData("fcn4s", 1.5f, 240, 180)]
    public void The_app_labels_as_the_file_does(string net, float scale, int width, int height)
    {
        string file = Export(net, [scale]);
        Assert.True(ModelGraph.Of(file).EndsWithScores);
        using Mat image = Noise(width, height);
        (byte[] labels, byte[] confidence) = ByApp(file, image);
        (byte[] graphLabels, byte[] graphConfidence) = ByGraph(file, image);
        Same(graphLabels, graphConfidence, labels, confidence);
    }

    [Fact]
    public void Nothing_beyond_the_scores_is_computed()
    {
        ModelGraph graph = ModelGraph.Of(Export("fcn8s", [1]));
        Assert.True(graph.EndsWithScores);
        using SessionOptions options = new();
        using InferenceSession session = graph.Open(options);
        Assert.Equal(ModelManifest.ScoresOutput, Assert.Single(session.OutputMetadata).Key);
        Assert.Equal(8f, ModelManifest.Parse(session.ModelMetadata.CustomMetadataMap, "m").ScorePitch);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_network_in_integers_of_255_classes_is_decided_too()
    {
        string file = Export("fcn8s", [1], 255);
        using Mat image = Noise(96, 64);
        (ModelProto integers, int count, _) = Quantizer.Quantize(file, [image]);
        Assert.True(count > 0);
        File.WriteAllBytes(file, integers.ToByteArray());
        Assert.True(ModelGraph.Of(file).EndsWithScores);
        (byte[] labels, byte[] confidence) = ByApp(file, image);
        (byte[] graphLabels, byte[] graphConfidence) = ByGraph(file, image);
        Same(graphLabels, graphConfidence, labels, confidence, fewest: 0); // none of so many is likely
    }

    /// <summary>Both forms of odd file once ended as a bug of the program; weights beside the file are found by its path.</summary>
    [Theory]
    [InlineData("pitch")]
    [InlineData("twice")]
    [InlineData("external")]
    public void An_odd_file_is_left_to_ONNX_Runtime(string oddity)
    {
        string file = Export("fcn8s", [1]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        if (oddity == "pitch") model.MetadataProps.Single(m => m.Key == ModelManifest.ScorePitchKey).Value = "";
        if (oddity == "twice") model.Graph.Output.Add(model.Graph.Output.Single(o => o.Name == ModelManifest.ScoresOutput));
        if (oddity == "external") Externalize(model.Graph.Initializer.MaxBy(i => i.RawData.Length)!);
        File.WriteAllBytes(file, model.ToByteArray());
        Assert.False(ModelGraph.Of(file).EndsWithScores);
        using Mat image = Noise(64, 64);
        Assert.Equal(64 * 64, ByApp(file, image).Labels.Length);
    }

    /// <summary>ONNX Runtime runs all nodes of a graph, also those that no output needs.</summary>
    [Fact]
    public void What_only_labels_need_is_cut_off()
    {
        GraphProto graph = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Export("fcn8s", [1]))).Graph;
        Assert.Contains(graph.Node, n => n.OpType == "ArgMax");
        ModelGraph.EndWithScores(graph);
        Assert.DoesNotContain(graph.Node, n => n.OpType is "ArgMax" or "Resize" or "Exp");
        HashSet<string> read = [.. graph.Node.SelectMany(n => n.Input)];
        Assert.All(graph.Initializer, i => Assert.Contains(i.Name, read));
    }

    /// <summary>What was averaged at full size has no scores of its own, and a network of full size needs none.</summary>
    [Fact]
    public void A_file_without_scores_is_run_to_its_end()
    {
        string several = Export("fcn8s", [1, 0.5f]);
        Assert.False(ModelGraph.Of(several).EndsWithScores);
        using Mat image = Noise(64, 64);
        Assert.Equal(ByGraph(several, image).Labels, ByApp(several, image).Labels);

        string pixels = _folder["p.onnx"];
        File.WriteAllBytes(pixels, InferenceGraph.Build(new PixelNet(), PixelNet.Weights(), PixelNet.Manifest()));
        Assert.False(ModelGraph.Of(pixels).EndsWithScores);
        Assert.Null(ModelManifest.Parse(Metadata(pixels), "p").ScorePitch);
    }

    /// <summary>Somebody else's output of that name is not taken for ours.</summary>
    [Fact]
    public void Scores_without_a_pitch_are_left_alone()
    {
        string file = Export("fcn8s", [1]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        model.MetadataProps.Remove(model.MetadataProps.Single(m => m.Key == ModelManifest.ScorePitchKey));
        File.WriteAllBytes(file, model.ToByteArray());
        Assert.False(ModelGraph.Of(file).EndsWithScores);
    }

    [Fact]
    public void Scores_of_another_shape_are_refused()
    {
        string file = Export("fcn8s", [1]);
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        ValueInfoProto scores = model.Graph.Output.Single(o => o.Name == ModelManifest.ScoresOutput);
        NodeProto last = model.Graph.Node.Single(n => n.Output.Contains(ModelManifest.LabelsOutput));
        foreach (NodeProto n in model.Graph.Node)
        {
            for (int i = 0; i < n.Input.Count; i++) n.Input[i] = n.Input[i] == scores.Name ? "inner" : n.Input[i];
            for (int i = 0; i < n.Output.Count; i++) n.Output[i] = n.Output[i] == scores.Name ? "inner" : n.Output[i];
        }

        model.Graph.Node.Add(new NodeProto { OpType = "Identity", Input = { last.Output[0] }, Output = { scores.Name } });
        scores.Type = model.Graph.Output.Single(o => o.Name == ModelManifest.LabelsOutput).Type;
        File.WriteAllBytes(file, model.ToByteArray());
        using Mat image = Noise(64, 64);
        string error = Assert.Throws<UserError>(() => ByApp(file, image)).Message;
        Assert.Contains("m returns scores as UInt8 [1,64,64]", error, StringComparison.Ordinal);
    }

    /// <summary>A network with random weights, its class layers too, so that several classes win.</summary>
    private string Export(string net, IReadOnlyList<float> scales, int classes = Classes)
    {
        INetwork network = NetworkNames.Parse(net, null, classes);
        Random random = new(7);
        float[] Weights(Parameter p) => p.Name.StartsWith(Layers.Score, StringComparison.Ordinal)
            ? [.. Enumerable.Range(0, (int)p.Shape.Count).Select(_ => random.NextSingle() - 0.5f)]
            : p.Initial(1);
        Dictionary<string, float[]> weights = InferenceGraph.Declared(network).ToDictionary(p => p.Name, Weights, StringComparer.Ordinal);
        ModelManifest manifest = PixelNet.Manifest() with
        {
            Classes = [.. Enumerable.Range(0, classes).Select(k => $"class{k}")],
            Palette = ModelManifest.DefaultPalette(classes),
        };
        File.WriteAllBytes(_folder["m.onnx"], InferenceGraph.Build(network, weights, manifest, new ExportForm(Scales: scales)));
        return _folder["m.onnx"];
    }

    /// <summary>Moves a tensor's values into a file beside the model.</summary>
    private void Externalize(TensorProto tensor)
    {
        File.WriteAllBytes(_folder["weights.bin"], tensor.RawData.ToByteArray());
        tensor.ClearRawData();
        tensor.DataLocation = 1; // in another file
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
    }

    /// <summary>Patches of random colours: something that random weights answer in several classes.</summary>
    private static Mat Noise(int width, int height)
    {
        using Mat coarse = new((height / 12) + 2, (width / 12) + 2, MatType.CV_8UC3);
        Random random = new(5);
        random.NextBytes(coarse.AsSpan<byte>());
        return coarse.Resize(new Size(width, height), interpolation: InterpolationFlags.Cubic);
    }

    private static (byte[] Labels, byte[] Confidence) ByApp(string file, Mat image)
    {
        using Segmenter segmenter = Segmenter.Load(file, OnCpu with { Size = (image.Width, image.Height) }, _ => { });
        using FrameSlot slot = new();
        image.CopyTo(slot.Image);
        segmenter.Fit(slot);
        segmenter.Infer(slot);
        byte[] first = slot.Labels.AsSpan<byte>().ToArray();
        slot.Labels.SetTo(Scalar.All(99));
        segmenter.Infer(slot); // the first run makes the buffers, later ones use them
        Assert.Equal(first, slot.Labels.AsSpan<byte>().ToArray());
        return (first, slot.Confidence.AsSpan<byte>().ToArray());
    }

    private static (byte[] Labels, byte[] Confidence) ByGraph(string file, Mat image)
    {
        using InferenceSession session = new(file);
        using RunOptions run = new();
        using OrtValue frame = OrtValue.CreateTensorValueFromMemory(image.AsSpan<byte>().ToArray(), [1, image.Height, image.Width, 3]);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(
            run, [ModelManifest.FrameInput], [frame], [ModelManifest.LabelsOutput, ModelManifest.ConfidenceOutput]);
        return (results[0].GetTensorDataAsSpan<byte>().ToArray(), results[1].GetTensorDataAsSpan<byte>().ToArray());
    }

    private static void Same(byte[] expectedLabels, byte[] expectedConfidence, byte[] labels, byte[] confidence, int fewest = 3)
    {
        Assert.True(labels.Distinct().Count() > 2, $"few classes prove little: {labels.Distinct().Count()}");
        Assert.True(confidence.Distinct().Count() > fewest, $"few values prove little: {confidence.Distinct().Count()}");
        Assert.Equal(expectedLabels.Length, labels.Length);
        int same = labels.Zip(expectedLabels).Count(p => p.First == p.Second);
        int near = confidence.Zip(expectedConfidence).Count(p => Math.Abs(p.First - p.Second) <= 1);
        Assert.InRange(same / (double)labels.Length, 0.9995, 1);
        Assert.InRange(near / (double)labels.Length, 0.9995, 1);
    }

    private static Dictionary<string, string> Metadata(string file)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(file));
        return model.MetadataProps.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal);
    }
}
