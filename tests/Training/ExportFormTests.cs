using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Forms of an exported file: the numbers in it, and that each gives the labels of the network that was trained.</summary>
public sealed class ExportFormTests : IDisposable
{
    private const int LargeKernel = 40_000;
    private readonly Mat _image = Noise(96, 64);

    /// <summary>With statistics, scales and offsets far from those that training starts with.</summary>
    [Theory]
    [InlineData("fcn8s", "reslite")]
    [InlineData("deconvnet", "reslite")]
    public void A_file_has_batch_norm_within_its_convolutions_and_gives_the_same_labels(string name, string backbone)
    {
        INetwork net = NetworkNames.Parse(name, backbone, 21);
        Dictionary<string, float[]> weights = Trained(net);
        byte[] expected = ExportTests.Unfolded(net, weights, _image);
        AssertMixed(expected);
        foreach (ExportForm form in (ExportForm[])[new(), new(UnpoolByScatter: true)])
        {
            byte[] file = InferenceGraph.Build(net, weights, Manifest(21), form);
            Assert.True(Agreement(expected, Labels(file)) > 0.995, $"{form}: {Agreement(expected, Labels(file)):P2} agree");
            HashSet<string> operators = Parsed(file).Node.Select(n => n.OpType).ToHashSet(StringComparer.Ordinal);
            Assert.DoesNotContain("BatchNormalization", operators);
            Assert.Equal(name == "deconvnet" && !form.UnpoolByScatter, operators.Contains("MaxUnpool"));
            Assert.Equal(name == "deconvnet" && form.UnpoolByScatter, operators.Contains("ScatterElements"));
        }
    }

    [Theory]
    [InlineData(KernelStorage.Float)]
    [InlineData(KernelStorage.Half)]
    [InlineData(KernelStorage.Byte)]
    public void Kernels_are_stored_in_the_bits_asked_for_and_biases_in_32(KernelStorage storage)
    {
        INetwork net = NetworkNames.Parse("fcn8s", "reslite", 21);
        Dictionary<string, float[]> weights = Trained(net);
        byte[] file = InferenceGraph.Build(net, weights, Manifest(21), new ExportForm(storage));
        byte[] expected = ExportTests.Unfolded(net, weights, _image);
        AssertMixed(expected);
        Assert.True(Agreement(expected, Labels(file)) > 0.97, $"{Agreement(expected, Labels(file)):P2} agree");
        TensorProto[] all = [.. Parsed(file).Initializer];
        Assert.All(all.Where(t => t.Name.EndsWith(".bias", StringComparison.Ordinal)), t => Assert.Equal(ElementType.Float, TypeOf(t)));
        TensorProto[] kernels = [.. all.Where(t => t.Name.EndsWith(".weight", StringComparison.Ordinal))];
        Assert.Contains(kernels, k => Count(k) > LargeKernel);
        Assert.Contains(kernels, k => Count(k) <= LargeKernel);
        Assert.All(kernels, k => Assert.Equal(Stored(storage, Count(k)), TypeOf(k)));
    }

    [Theory]
    [InlineData(Ensemble.Mean)]
    [InlineData(Ensemble.Product)]
    public void The_surest_member_of_an_ensemble_decides(string combine)
    {
        float[] reversed = [0, 0, 9, 0, 9, 0, 9, 0, 0]; // sure that blue is class 2, green 1 and red 0
        (INetwork, IReadOnlyDictionary<string, float[]>) shy = (new PixelNet(), PixelNet.Weights());
        (INetwork, IReadOnlyDictionary<string, float[]>) sure = (new PixelNet(), PixelNet.Weights(reversed));
        byte[] both = InferenceGraph.BuildEnsemble([shy, sure], combine, PixelNet.Manifest());
        byte[] alone = InferenceGraph.Build(new PixelNet(), PixelNet.Weights(reversed), PixelNet.Manifest());
        using Mat image = new(50, 90, MatType.CV_8UC3, new Scalar(240, 20, 10)); // no multiple of 32
        Assert.Equal([2], Labels(both, image).Distinct());
        Assert.Equal(Labels(alone, image), Labels(both, image));
        Assert.Equal(2, Parsed(both).Initializer.Count(t => t.Name.EndsWith("score.weight", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_file_for_several_sizes_says_so_and_has_no_score_from_one_size()
    {
        ModelManifest one = PixelNet.Manifest() with { Network = "fcn8s", MeanIu = 0.5 };
        Assert.Same(one, Exporter.AtSizes(one, null));
        Assert.Same(one, Exporter.AtSizes(one, new ExportForm()));
        Assert.Same(one, Exporter.AtSizes(one, new ExportForm(Scales: [1])));
        ModelManifest several = Exporter.AtSizes(one, new ExportForm(Scales: [0.75f, 1]));
        Assert.Equal(("fcn8s at sizes 0.75 and 1", (double?)null), (several.Network, several.MeanIu));
    }

    [Fact]
    public void A_random_model_describes_itself()
    {
        using TemporaryFolder folder = new();
        INetwork net = NetworkNames.Parse("fcn8s", "reslite", 5);
        ModelManifest made = Exporter.Random(net, "fcn8s-reslite", 3, folder["a.onnx"], new ExportForm(Scales: [0.5f, 1]));
        using Evaluator read = new(File.ReadAllBytes(folder["a.onnx"]), "a");
        Assert.Equal(made.ToMetadata(), read.Manifest.ToMetadata());
        Assert.Equal("class0|class1|class2|class3|class4", string.Join('|', made.Classes));
        Assert.Equal(ModelManifest.DefaultPalette(5), made.Palette);
        Assert.Equal(("fcn8s-reslite at sizes 0.5 and 1", (480, 360), "none: random weights"), (made.Network, made.Size, made.Data));
        long learned = InferenceGraph.Declared(net).Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count);
        Assert.Equal(learned, made.Parameters);
        Exporter.Random(net, "fcn8s-reslite", 3, folder["b.onnx"], new ExportForm(Scales: [0.5f, 1]));
        Assert.Equal(File.ReadAllBytes(folder["a.onnx"]), File.ReadAllBytes(folder["b.onnx"]));
        UserError e = Assert.Throws<UserError>(() => Exporter.RandomClassifier("reslite", 1, folder["c.onnx"]));
        Assert.Equal("no classifier 'reslite': choose --backbone alexnet or vgg16", e.Message);
    }

    [Fact]
    public void Weights_of_another_network_are_refused_by_name()
    {
        Dictionary<string, float[]> weights = PixelNet.Weights();
        string Refused() => Assert.Throws<UserError>(() => InferenceGraph.Build(new PixelNet(), weights, PixelNet.Manifest())).Message;
        weights["score.weight"] = [1, 2];
        Assert.Equal("parameter score.weight has 2 values, but the network needs [3,3,1,1]", Refused());
        weights.Remove("score.weight");
        Assert.Equal("the checkpoint has no parameter score.weight: it belongs to another network", Refused());
    }

    public void Dispose() => _image.Dispose();

    private static ElementType Stored(KernelStorage storage, long values) => storage switch
    {
        KernelStorage.Byte when values > LargeKernel => ElementType.Int8,
        KernelStorage.Float => ElementType.Float,
        _ => ElementType.Float16,
    };

    /// <summary>Random weights, as after a training.</summary>
    private static Dictionary<string, float[]> Trained(INetwork net)
    {
        Random random = new(4);
        return InferenceGraph.Declared(net).ToDictionary(p => p.Name, p => Values(p, random), StringComparer.Ordinal);
    }

    private static float[] Values(Parameter p, Random random)
    {
        float[] values = [.. p.Initial(3)];
        if (p.Kind == ParameterKind.Weight && values.Any(v => v != 0)) return values; // class layers start at zero
        bool isPositive = values[0] > 0; // variances and scales
        foreach (ref float v in values.AsSpan()) v = isPositive ? 0.5f + random.NextSingle() : random.NextSingle() - 0.5f;
        return values;
    }

    private static ModelManifest Manifest(int classes) => PixelNet.Manifest([.. Enumerable.Range(0, classes).Select(i => $"c{i}")])
        with
    { Palette = ModelManifest.DefaultPalette(classes) };

    private byte[] Labels(byte[] file) => Labels(file, _image);

    private static byte[] Labels(byte[] file, Mat image)
    {
        using Evaluator evaluator = new(file, "file");
        return evaluator.Labels(image);
    }

    private static GraphProto Parsed(byte[] file) => ModelProto.Parser.ParseFrom(file).Graph;

    private static ElementType TypeOf(TensorProto t) => (ElementType)t.DataType;

    private static long Count(TensorProto t) => t.Dims.Aggregate(1L, (a, b) => a * b);

    /// <summary>A second class covers enough to show where it ends.</summary>
    private static void AssertMixed(byte[] labels)
    {
        int second = labels.GroupBy(l => l).Select(g => g.Count()).OrderDescending().ElementAtOrDefault(1);
        Assert.True(second > labels.Length / 20, $"the second class covers {second} of {labels.Length} pixels, which proves little");
    }

    private static double Agreement(byte[] a, byte[] b) => a.Zip(b).Count(p => p.First == p.Second) / (double)a.Length;

    private static Mat Noise(int width, int height)
    {
        Mat noise = new(height / 8, width / 8, MatType.CV_8UC3), image = new();
        Cv2.SetTheRNG(7);
        Cv2.Randu(noise, Scalar.Black, Scalar.White);
        Cv2.Resize(noise, image, new Size(width, height), 0, 0, InterpolationFlags.Cubic);
        noise.Dispose();
        return image;
    }
}
