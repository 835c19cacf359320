using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Networks that others trained, if the data folder has them: two classifiers, and two bodies that segmented before.</summary>
public sealed class PretrainedTests : IDisposable
{
    private static readonly InputScaling Centred = new(Rgb: true, [128, 128, 128], [128, 128, 128]);
    private static readonly InputScaling Caffe = new(Rgb: false, [104, 117, 123], [1, 1, 1]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Scores of the file and of the convolutions that were read of it, at the file's own size.</summary>
    [SkippableTheory]
    [InlineData("mobilenetv2-imagenet", "Conv_1/relu6", 1001)]
    [InlineData("squeezenet-imagenet", "/Concat_7_output_0", 1000)]
    public void A_classifier_gives_the_same_scores_at_its_own_size(string name, string tensor, int classes)
    {
        string file = Given(name);
        Classifier read = OnnxClassifier.Load(file);
        Assert.Equal((true, tensor), (read.HasScores, read.Tensor));
        int side = (int)read.Side;
        float[] image = Image(side, side, ScalingOf(name));
        float[] expected = Ort.OnImage(File.ReadAllBytes(file), image, side, side).Values;
        float[] logits = Ort.OnImage(ClassifierGraph.Convolutional(read, read.Weights!), image, side, side).Values;
        Assert.Equal((classes, classes), (expected.Length, logits.Length));
        Assert.True(Difference(expected, [.. Probabilities(logits)]) < 1e-5);
        Assert.True(expected.Max() > 0.02, "probabilities that are all the same prove nothing");
        ConversionProof.Check(file, read, ScalingOf(name));
    }

    /// <summary>Up to a tensor, exactly and as an FCN has it, against ONNX Runtime running the file up to that tensor.</summary>
    [SkippableTheory]
    [InlineData("mobilenetv2-voc", null, "expanded_conv_16/project", 320)]
    [InlineData("mobilenetv2-voc", "expanded_conv_12/add", "expanded_conv_12/add", 96)]
    [InlineData("mobilenet-edgetpu-cityscapes", null, "Conv_1/relu", 1280)]
    [InlineData("mobilenet-edgetpu-cityscapes", "concat_projection/relu", "concat_projection/relu", 128)]
    [InlineData("mobilenet-edgetpu-cityscapes", "expanded_conv_20/add", "expanded_conv_20/add", 120)]
    public void A_segmenters_body_gives_the_same_features(string name, string? wanted, string tensor, int channels)
    {
        string file = Given(name);
        Classifier body = OnnxClassifier.Load(file, wanted);
        Assert.Equal((false, tensor), (body.HasScores, body.Tensor));
        byte[] original = ConversionProof.WithOutput(OnnxFile.Read(file), tensor);
        foreach ((byte[] form, int height, int width) in new[]
        {
            (ClassifierGraph.Convolutional(body, body.Weights!), 241, 321),
            (ClassifierGraph.Body(body, body.Weights!), 256, 320),
        })
        {
            float[] image = Image(height, width, Centred);
            (float[] expected, long[] shape) = Ort.OnImage(original, image, height, width);
            (float[] got, long[] gotShape) = Ort.OnImage(form, image, height, width);
            Assert.Equal(shape, gotShape);
            Assert.Equal(channels, shape[1]);
            Assert.True(Difference(expected, got) < 1e-4 * expected.Max(), $"{height}×{width}: {Difference(expected, got)}");
        }
    }

    /// <summary>
    /// Forty steps on the toy street, by day and at dusk, lower the loss; the result runs at 320×240, and in integers with almost the same
    /// labels.
    /// </summary>
    [SkippableTheory]
    [Trait("Set", "Long")]
    [InlineData("mobilenetv2-imagenet", "fcn8s", "none", null)]
    [InlineData("squeezenet-imagenet", "fcn8s", "none", null)]
    [InlineData("mobilenetv2-voc", "fcn16s", "none", null)]
    [InlineData("mobilenetv2-imagenet", "fcn4s", "fpn", null)]
    [InlineData("mobilenet-edgetpu-cityscapes", "fcn4s", "fpn", "expanded_conv_20/add")]
    public void A_network_on_it_trains_exports_and_quantises(string name, string net, string neck, string? features)
    {
        RunConfig config = Toy.Config(40, net) with
        {
            Backbone = Given(name),
            Input = ScalingOf(name),
            Neck = neck,
            Features = features,
        };
        List<double> losses = []; // smoothed: the last is below the first if those between are
        Toy.Train(config, _folder["run"], report: line => losses.Add(line.Loss));
        Assert.True(losses[^1] < 0.85 * losses[0], string.Join(' ', losses));

        RunExport.FromRun(_folder["run"], _folder["m.onnx"]);
        (ModelProto model, int integer, int all) = Quantizer.Quantize(_folder["m.onnx"], Images(3));
        Assert.InRange(integer, all * 2 / 3, all - 1);
        using Evaluator exact = new(File.ReadAllBytes(_folder["m.onnx"]), "m"), integers = new(model.ToByteArray(), "q");
        using Mat street = Images(1)[0], image = street.Resize(new Size(320, 240));
        byte[] labels = exact.Labels(image);
        Assert.Equal(320 * 240, labels.Length);
        double same = labels.Zip(integers.Labels(image), (a, b) => a == b ? 1.0 : 0).Average();
        Assert.True(same > 0.85, $"{same:P1} agree");
    }

    /// <summary>The file, or the test is skipped.</summary>
    private static string Given(string name)
    {
        string file = Path.Combine(Repository.SharedData ?? "", "data", "pretrained", name + ".onnx");
        Skip.IfNot(File.Exists(file), $"no {name}.onnx in the data folder");
        return file;
    }

    private static InputScaling ScalingOf(string name) => name.StartsWith("squeezenet", StringComparison.Ordinal) ? Caffe : Centred;

    private static Mat[] Images(int count) => [.. Enumerable.Range(0, count).Select(i => new SynthStreet(count, seed: 9).Load(i).Image)];

    /// <summary>Random pixels, scaled as a file expects them.</summary>
    private static float[] Image(int height, int width, InputScaling input)
    {
        float[] image = Ort.Spread(3L * height * width, 3);
        for (int i = 0; i < image.Length; i++)
        {
            int channel = i / (height * width);
            image[i] = (((image[i] + 1) * 127.5f) - input.Mean[channel]) / input.Deviation[channel];
        }

        return image;
    }

    private static IEnumerable<float> Probabilities(float[] logits)
    {
        double most = logits.Max(), total = logits.Sum(v => Math.Exp(v - most));
        return logits.Select(v => (float)(Math.Exp(v - most) / total));
    }

    private static float Difference(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();
}
