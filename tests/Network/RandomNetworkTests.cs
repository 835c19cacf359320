using OpenCvSharp;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Export;
using Xunit;
using Xunit.Abstractions;

namespace RealtimeSeg.Tests.Network;

/// <summary>Every network that the trainer exports, with weights that were drawn, by compute shaders against ONNX Runtime.</summary>
public sealed class RandomNetworkTests(ITestOutputHelper output)
{
    private const double LeastShare = 0.05, LeastEqual = 0.999;
    private const int LeastClasses = 3, Seeds = 10;

    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("fcn8s", "reslite")]
    [InlineData("fcn4s", "reslite-fpn")]
    [InlineData("deconvnet", "reslite")]
    public void A_small_network_labels_as_ONNX_Runtime_does(string net, string backbone)
        => AssertAlike(net, backbone, null, Scenes(new Size(90, 70), 2));

    [Theory]
    [Trait("Set", "Long")]
    [InlineData("fcn32s", "reslite")]
    [InlineData("fcn16s", "reslite")]
    [InlineData("fcn8s", "reslite")]
    [InlineData("fcn4s", "reslite")]
    [InlineData("fcn32s", "reslite-fpn")]
    [InlineData("fcn16s", "reslite-fpn")]
    [InlineData("fcn8s", "reslite-fpn")]
    [InlineData("fcn4s", "reslite-fpn")]
    public void A_network_over_reslite_labels_twenty_frames_alike(string net, string backbone)
        => AssertAlike(net, backbone, null, Scenes(new Size(240, 180), 20));

    [Fact]
    [Trait("Set", "Long")]
    public void DeconvNet_labels_twenty_frames_alike_by_switches_and_by_scatter()
    {
        AssertAlike("deconvnet", "reslite", null, Scenes(new Size(240, 180), 20));
        AssertAlike("deconvnet", "reslite", new ExportForm(UnpoolByScatter: true), Scenes(new Size(240, 180), 20));
    }

    /// <summary>
    /// A frame at 0.75 or 1.5 times its size is rounded to bytes, and many of its pixels lie halfway between two: one that is rounded
    /// otherwise, by the last bit, changes labels where two classes are as likely.
    /// </summary>
    [Fact]
    [Trait("Set", "Long")]
    public void An_ensemble_and_three_sizes_label_twenty_frames_alike()
    {
        AssertAlike("fcn8s", "reslite", null, Scenes(new Size(160, 120), 20), members: 2);
        AssertAlike("fcn4s", "reslite-fpn", new ExportForm(Scales: [0.75f, 1f, 1.5f]), Scenes(new Size(160, 120), 20));
    }

    [Theory]
    [Trait("Set", "Long")]
    [InlineData("fcn32s", "alexnet")]
    [InlineData("fcn32s", "vgg16")]
    [InlineData("fcn16s", "vgg16")]
    [InlineData("fcn8s", "vgg16")]
    [InlineData("deconvnet", "vgg16-fc1024")]
    public void A_network_of_the_papers_labels_three_frames_alike(string net, string backbone)
        => AssertAlike(net, backbone, null, Scenes(new Size(160, 128), 3));

    [SkippableTheory]
    [Trait("Set", "Long")]
    [InlineData("fcn4s", "mobilenetv2-imagenet")]
    [InlineData("fcn8s", "mobilenetv2-voc")]
    [InlineData("fcn4s", "mobilenet-edgetpu-cityscapes")]
    [InlineData("fcn8s", "squeezenet-imagenet")]
    public void A_network_over_a_given_body_labels_twenty_frames_alike(string net, string body)
    {
        Skip.If(Repository.SharedData is null, "the bodies are in ../shared/data/pretrained, which is not there");
        AssertAlike(net, Path.Combine(Repository.SharedData!, "data/pretrained", body + ".onnx"), null, Scenes(new Size(160, 120), 20));
    }

    private void AssertAlike(string net, string backbone, ExportForm? form, Mat[] frames, int members = 1)
    {
        try
        {
            string[] labels = ["labels"];
            (byte[] model, float[][] expected) = Varied(net, backbone, form, members, frames, labels);
            using GlRunner gl = new();
            NetworkFile file = new(OnnxFile.Parse(model, "random.onnx"));
            int same = 0, all = 0;
            for (int i = 0; i < frames.Length; i++)
            {
                float[] actual = gl.Run(file, frames[i], labels)[0];
                same += expected[i].Zip(actual, (x, y) => x == y ? 1 : 0).Sum();
                all += actual.Length;
            }

            output.WriteLine($"{net} over {Path.GetFileName(backbone)}: equal labels {(double)same / all:P4}");
            Assert.InRange((double)same / all, LeastEqual, 1);
        }
        finally
        {
            foreach (Mat frame in frames) frame.Dispose();
        }
    }

    /// <summary>The first draw by which enough classes have enough of the pixels, and its labels by ONNX Runtime.</summary>
    private static (byte[] Model, float[][] Labels) Varied(
        string net, string backbone, ExportForm? form, int members, Mat[] frames, string[] outputs)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            byte[] model = RandomExport.Balanced(RandomExport.Of(net, backbone, form, seed, members), frames[0]);
            if (!IsVaried(GlRunner.Expected(model, frames[0], outputs)[0])) continue;
            return (model, [.. frames.Select(f => GlRunner.Expected(model, f, outputs)[0])]);
        }

        throw new InvalidOperationException($"{net} over {backbone}: no draw of {Seeds} labels {LeastClasses} classes");
    }

    private static bool IsVaried(float[] labels)
        => labels.GroupBy(l => l).Count(g => g.Count() >= LeastShare * labels.Length) >= LeastClasses;

    /// <summary>Frames of the validation list, or of the toy street where that is missing.</summary>
    private static Mat[] Scenes(Size size, int count)
    {
        if (Repository.SharedData is { } shared && count > 2)
        {
            string[] files = [.. Directory.GetFiles(Path.Combine(shared, "data/camvid/val")).Order(StringComparer.Ordinal)];
            return [.. Enumerable.Range(0, count).Select(i => Read(files[i * files.Length / count], size))];
        }

        using StreetSource street = new("synth://3", null);
        return [.. Enumerable.Range(0, count).Select(_ => Next(street, size))];
    }

    private static Mat Read(string file, Size size)
    {
        using Mat image = Cv2.ImRead(file);
        return image.Resize(size, interpolation: InterpolationFlags.Area);
    }

    private static Mat Next(StreetSource street, Size size)
    {
        using Mat image = new();
        for (int i = 0; i < 20; i++) street.Read(image);
        return image.Resize(size, interpolation: InterpolationFlags.Area);
    }
}
