using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Quantization;
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
        HashSet<string> planes = [.. integers.Node.Where(n => n.OpType == "Transpose").Select(n => n.Output[0])];
        Assert.Equal(isPlain, integers.Node.Any(n => n.OpType == "DequantizeLinear" && planes.Contains(n.Input[0]))); // bytes are codes
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

        float[] trained = Ort.Run(g, [scores], inputs)[0];
        float[] Scores(byte[] model) => Plain<float>(model, ModelManifest.ScoresOutput, Frame(3));
        float[] exact = Scores(floats), integers = Scores(Quantizer.Quantize(floats, ranges));
        float largest = exact.Max(MathF.Abs);
        double Apart(float[] a, float[] b) => a.Zip(b, (x, y) => (double)Math.Abs(x - y)).Average() / largest;
        Assert.InRange(Apart(exact, integers), 1e-3, 0.1); // rounding is seen
        Assert.InRange(Apart(trained, integers), 0, 1e-5); // and is the same
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
    }

    [Fact]
    public void Either_form_of_unpooling_has_the_ranges()
    {
        INetwork network = NetworkNames.Parse("deconvnet", "vgglite", 3), other = NetworkNames.Parse("fcn32s", "reslite", 3);
        (byte[] floats, IReadOnlyDictionary<string, ValueRange> ranges) = Measured(network);
        byte[] scattered = InferenceGraph.Build(network, Random(network), Manifest(network), new ExportForm(UnpoolByScatter: true));
        GraphProto one = GraphOf(Quantizer.Quantize(floats, ranges)), two = GraphOf(Quantizer.Quantize(scattered, ranges));
        Assert.Contains(two.Node, n => n.OpType == "ScatterElements");
        Assert.Equal(one.Node.Count(n => n.OpType == "QuantizeLinear"), two.Node.Count(n => n.OpType == "QuantizeLinear"));
        UserError e = Assert.Throws<UserError>(() => Quantizer.Quantize(Measured(other).Model, ranges));
        Assert.StartsWith("the run has no range of ", e.Message, StringComparison.Ordinal);
    }

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

    internal static GraphProto GraphOf(byte[] model) => ModelProto.Parser.ParseFrom(model).Graph;

    /// <summary>An output of a file, every node of which is computed as it stands.</summary>
    internal static T[] Plain<T>(byte[] model, string output, OrtValue frame)
        where T : unmanaged
    {
        using OrtValue read = frame;
        using SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using InferenceSession session = new(model, options);
        using RunOptions run = new();
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [ModelManifest.FrameInput], [read], [output]);
        return results[0].GetTensorDataAsSpan<T>().ToArray();
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
}
