using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>From classifiers to fully convolutional networks.</summary>
public sealed class ClassifierTests
{
    /// <summary>As the literature counts: AlexNet 61 M, VGG16 138.4 M, FCN-AlexNet 57 M, FCN-VGG16 134.5 M, DeconvNet 252 M.</summary>
    [Fact]
    public void Parameter_counts_are_those_of_the_papers()
    {
        static long Count(IEnumerable<Parameter> declared)
            => declared.Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count);
        static long Net(string net, string backbone) => Count(InferenceGraph.Declared(NetworkNames.Parse(net, backbone, 21)));
        Assert.Equal(60_965_224, Count(ClassifierGraph.Declared(BuiltIn.AlexNet())));
        Assert.Equal(138_357_544, Count(ClassifierGraph.Declared(BuiltIn.Vgg16())));
        Assert.InRange(Net("fcn32s", "alexnet"), 56_900_000, 57_100_000);
        const long upsampling = 2 * 21 * 21 * 4 * 4; // two transposed convolutions, which the paper does not count
        Assert.Equal(134_362_751 + upsampling, Net("fcn8s", "vgg16"));
        Assert.InRange(Net("deconvnet", "vgg16"), 251_500_000, 252_500_000);
        Assert.InRange(Net("deconvnet", "vgg16-fc1024"), 81_500_000, 82_500_000);
    }

    /// <summary>A file as others publish it, made convolutional: the same logits at its size, a map of them for larger images.</summary>
    /// <summary>The FCN paper, section 4.2: the skips are from pool4 and pool3, not from the convolutions after them.</summary>
    [Fact]
    public void Skips_of_vgg16_come_from_its_pools()
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(NetworkNames.Parse("fcn8s", "vgg16", 21));
        Shape Of(string name) => declared.Single(p => p.Name == name).Shape;
        Assert.Equal(new Shape(21, 4096, 1, 1), Of("score32.weight"));
        Assert.Equal(new Shape(21, 512, 1, 1), Of("score16.weight"));
        Assert.Equal(new Shape(21, 256, 1, 1), Of("score8.weight"));
    }

    [Theory]
    [InlineData("alexnet")]
    [InlineData("vgg16")]
    public void A_converted_classifier_gives_the_same_logits(string which)
    {
        using TemporaryFolder folder = new();
        Classifier made = which == "alexnet" ? BuiltIn.AlexNet(narrow: 16) : BuiltIn.Vgg16(narrow: 16);
        ClassifierFile.Write(made, folder["c.onnx"]);
        Classifier read = OnnxClassifier.Load(folder["c.onnx"]);
        Assert.Equal(Dense(made), Dense(read));

        int side = (int)made.Side;
        float[] image = Ort.Spread(3L * side * side, 5);
        byte[] convolutional = ClassifierGraph.Convolutional(read, read.Weights!);
        float[] expected = RunOn(File.ReadAllBytes(folder["c.onnx"]), image, side).Logits;
        Assert.True(Difference(expected, RunOn(convolutional, image, side).Logits) < 1e-4);
        Assert.True(expected.Max() - expected.Min() > 0.1, "logits that are all the same prove nothing");
        Assert.Equal([1, 1000, 2, 2], RunOn(convolutional, Ort.Spread(3L * (side + 32) * (side + 32), 5), side + 32).Shape);
    }

    /// <summary>Batch norm folded and not, a residual sum, a concatenation, a ceil-mode pool, a global mean, MatMul and a bias.</summary>
    [Fact]
    public void Residual_and_branching_classifiers_are_read_too()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["r.onnx"], Branching());
        Classifier read = OnnxClassifier.Load(folder["r.onnx"]);
        Assert.Single(read.Layers.OfType<AffineLayer>()); // the other batch norm is folded into its convolution
        byte[] convolutional = ClassifierGraph.Convolutional(read, read.Weights!);
        float[] image = Ort.Spread(3 * 66 * 66, 2);
        float[] expected = RunOn(File.ReadAllBytes(folder["r.onnx"]), image, 66).Logits, got = RunOn(convolutional, image, 66).Logits;
        Assert.True(Difference(expected, Probabilities(got)) < 1e-4);
        Assert.Equal([1, 5, 2, 2], RunOn(convolutional, Ort.Spread(3 * 70 * 70, 2), 70).Shape);
    }

    /// <summary>A small classifier with branches, for 66×66 pixels and 5 classes, that ends in a softmax.</summary>
    private static byte[] Branching()
    {
        GraphBuilder g = new();
        Value Weights(string name, params long[] dims)
        {
            Shape shape = new(dims);
            return g.Initializer(name, [.. Ort.Spread(shape.Count, name.Length).Select(v => v * 0.3f)], shape);
        }

        Value Bn(Value v, string name)
        {
            long c = v.Shape[1];
            Value variance = g.Initializer(name + "var", [.. Enumerable.Repeat(0.7f, (int)c)], new Shape(c));
            return BatchNorm.Apply(g, v, Weights(name + "g", c), Weights(name + "b", c), Weights(name + "mm", c), variance);
        }

        Value x = g.Input("data", ElementType.Float, new Shape(1, 3, 66, 66));
        Value stem = Conv.Emit(g, x, Weights("w1", 8, 3, 3, 3), null, new ConvGeometry(Stride: 2, Pad: 1));
        Value pooled = CeilPool(g, Relu.Emit(g, Bn(stem, "bn1"))); // [1,8,16,16]
        Value branch = Conv.Emit(g, pooled, Weights("w22", 8, 8, 3, 3), Weights("b22", 8), new ConvGeometry(Pad: 1));
        Value sum = Elementwise.Add(g, pooled, branch);
        Value both = Layout.Concat(g, [Relu.Emit(g, Bn(sum, "norm")), pooled], 1); // [1,16,16,16]
        Value flat = g.Add("Flatten", [g.Add("GlobalAveragePool", [both], new Shape(1, 16, 1, 1))], new Shape(1, 16));
        Value product = MatrixProduct.Emit(g, flat, Weights("dense", 16, 5), new Shape(1, 5));
        return OnnxWriter.Write(g, [Softmax.Emit(g, Elementwise.Add(g, product, Weights("bias1", 5)))]);
    }

    /// <summary>3×3 windows at stride 2, the last one over the edge: x [1,8,33,33] → [1,8,16,16].</summary>
    private static Value CeilPool(GraphBuilder g, Value x)
    {
        (string, object)[] windows = [("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("ceil_mode", 1L)];
        return g.Add("MaxPool", [x], new Shape(1, 8, 16, 16), attributes: windows);
    }

    private static float[] Probabilities(float[] logits)
    {
        float most = logits.Max();
        double total = logits.Sum(v => Math.Exp(v - most));
        return [.. logits.Select(v => (float)(Math.Exp(v - most) / total))];
    }

    /// <summary>
    /// A captured pixel is blue, green, red. Published files expect what torchvision documents, in red, green, blue; the FCN authors'
    /// networks expect the captured order.
    /// </summary>
    [Fact]
    public void A_pixel_reaches_a_network_in_the_order_and_scale_that_it_expects()
    {
        (double blue, double green, double red) = (10, 100, 200);
        double[] published = [((red / 255) - 0.485) / 0.229, ((green / 255) - 0.456) / 0.224, ((blue / 255) - 0.406) / 0.225];
        AssertSeen(published, InputScaling.ImageNet);
        AssertSeen([(blue - 103.9) / 58, (green - 116.8) / 58, (red - 123.7) / 58], InputScaling.Plain);
        double[] own = [(blue - 1) / 4, (green - 2) / 5, (red - 3) / 6], reversed = [(red - 1) / 4, (green - 2) / 5, (blue - 3) / 6];
        AssertSeen(own, new InputScaling(Rgb: false, [1, 2, 3], [4, 5, 6]));
        AssertSeen(reversed, new InputScaling(Rgb: true, [1, 2, 3], [4, 5, 6]));

        void AssertSeen(double[] expected, InputScaling scaling)
        {
            const int Side = FrameInput.Multiple;
            GraphBuilder g = new();
            Value seen = FrameInput.Emit(g, g.Input("frame", ElementType.UInt8, new Shape(1, Side, Side, 3)), scaling); // [1,3,Side,Side]
            byte[] pixels = [.. Enumerable.Repeat<byte[]>([(byte)blue, (byte)green, (byte)red], Side * Side).SelectMany(p => p)];
            float[] planes = Ort.Run(g, [seen], new Dictionary<string, Array>(StringComparer.Ordinal) { ["frame"] = pixels })[0];
            for (int i = 0; i < planes.Length; i++) Assert.Equal(expected[i / (Side * Side)], planes[i], 4);
        }
    }

    [Fact]
    public void A_layer_that_cannot_be_converted_is_named()
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("data", ElementType.Float, new Shape(1, 3, 32, 32));
        Value odd = g.Rename(g.Add("Erf", [x], x.Shape), "stem_gelu");
        File.WriteAllBytes(folder["odd.onnx"], OnnxWriter.Write(g, [odd]));
        string message = Assert.Throws<UserError>(() => OnnxClassifier.Load(folder["odd.onnx"])).Message;
        Assert.Contains("Erf", message, StringComparison.Ordinal);
        Assert.Contains("stem_gelu", message, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_converted_network_trains_resumes_and_takes_its_weights_from_the_file()
    {
        using TemporaryFolder folder = new();
        string file = folder["c.onnx"];
        ClassifierFile.Write(BuiltIn.Vgg16(narrow: 16), file);
        Assert.Equal(InputScaling.ImageNet, Backbone.Parse(file).Input); // unless the settings name another
        RunConfig config = Toy.Config(3, "fcn8s") with { Backbone = file, Input = InputScaling.ImageNet, LearningRate = 1e-3 };
        Checkpoint trained = Toy.Train(config, folder["run"]);
        IReadOnlyDictionary<string, float[]> weights = OnnxClassifier.Load(file).Weights!;
        float[] before = weights.First(w => w.Key.EndsWith(".weight", StringComparison.Ordinal)).Value;
        string first = InferenceGraph.Declared(config.Network())[0].Name;
        Assert.NotEqual(before, trained.State[first]);
        Assert.True(Difference(before, trained.State[first]) < 0.02, "three small steps do not go far from the file's weights");
        Assert.Equal("fcn8s-c", RunExport.FromRun(folder["run"], folder["m.onnx"]).Network);
        using Evaluator evaluator = new(File.ReadAllBytes(folder["m.onnx"]), "m");
        using Mat image = new(75, 110, MatType.CV_8UC3, new Scalar(1, 2, 3));
        Assert.Equal(75 * 110, evaluator.Labels(image).Length);
    }

    [Fact]
    [Trait("Set", "Slow")]
    public void Unpooling_by_scatter_gives_the_same_masks_as_MaxUnpool()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(2, "deconvnet"), folder.Path);
        RunExport.FromRun(folder.Path, folder["max.onnx"]);
        RunExport.FromRun(folder.Path, folder["scatter.onnx"], new ExportForm(UnpoolByScatter: true));
        byte[] file = File.ReadAllBytes(folder["scatter.onnx"]);
        Assert.DoesNotContain("MaxUnpool", System.Text.Encoding.Latin1.GetString(file), StringComparison.Ordinal);
        using Evaluator max = new(File.ReadAllBytes(folder["max.onnx"]), "max"), scatter = new(file, "scatter");
        Mat image = new SynthStreet(1, 4).Load(0).Image;
        Assert.Equal(max.Labels(image), scatter.Labels(image));
    }

    /// <summary>Truncated and flipped files are refused in one line or read as other networks; they never crash.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("alexnet")]
    [InlineData("mobile")]
    public void Damaged_ONNX_files_are_refused(string which)
    {
        using TemporaryFolder folder = new();
        string file = folder["c.onnx"];
        if (which == "mobile") ClassifierFile.WriteMobile(file, MobileHead.ClassMap);
        else ClassifierFile.Write(BuiltIn.AlexNet(narrow: 16), file);
        byte[] whole = File.ReadAllBytes(file);
        Random random = new(7);
        int refused = 0;
        for (int i = 0; i < 150; i++)
        {
            byte[] bytes = i % 3 == 0 ? whole[..random.Next(whole.Length)] : Flipped(whole, random);
            File.WriteAllBytes(file, bytes);
            try
            {
                OnnxClassifier.Load(file);
            }
            catch (UserError e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }

        Assert.True(refused > 50, $"only {refused} of 150 were refused");
    }

    /// <summary>Four bits flipped near both ends of the file, where the graph is: between them are only weights.</summary>
    private static byte[] Flipped(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        for (int k = 0; k < 4; k++)
        {
            int at = random.Next(2) == 0 ? random.Next(1500) : bytes.Length - 1 - random.Next(1500);
            bytes[at] ^= (byte)(1 << random.Next(8));
        }

        return bytes;
    }

    private static IEnumerable<(long Outputs, long Kernel)> Dense(Classifier c)
        => c.Layers.OfType<DenseLayer>().Select(d => (d.Outputs, d.Kernel));

    private static (float[] Logits, long[] Shape) RunOn(byte[] model, float[] image, int side) => Ort.OnImage(model, image, side, side);

    private static float Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
