using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary><c>--provider gl</c>: frames through <see cref="Segmenter"/>, by compute shaders and by ONNX Runtime.</summary>
public sealed class ShaderProviderTests
{
    private static readonly (int Width, int Height)[] Sizes = [(160, 120), (128, 96), (160, 120)];

    /// <summary>
    /// A model that ends with scores and one that ends with labels; sizes that change and come back; a network that reads the image
    /// between bars, of which the stride makes more.
    /// </summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("street.onnx", Fit.Keep)]
    [InlineData("street.onnx", Fit.Letterbox)]
    [InlineData("street-deconvnet.onnx", Fit.Crop)]
    [InlineData("person-large.onnx", Fit.Keep)]
    [InlineData("street-int8.onnx", Fit.Keep)]
    public void Frames_are_labelled_as_by_the_CPU(string name, Fit fit)
    {
        string model = Path.Combine(Repository.Root, "models", name);
        using Segmenter cpu = Segmenter.Load(model, new SegmenterOptions(ExecutionProviders.Cpu, Fit: fit), _ => { });
        using Segmenter gl = Segmenter.Load(model, new SegmenterOptions(ExecutionProviders.Gl, Fit: fit), _ => { });
        Assert.Equal("gl", gl.Provider);
        using StreetSource street = new("synth://3", null);
        using FrameSlot expected = new(), actual = new();
        foreach ((int, int) size in Sizes)
        {
            for (int i = 0; i < 20; i++) street.Read(expected.Image);
            expected.Image.CopyTo(actual.Image);
            Label(cpu, expected, size);
            Label(gl, actual, size);
            AssertAlike(expected, actual, name == "street-int8.onnx" ? 0.995 : 0.999); // a sum on the edge of two codes costs pixels
        }
    }

    /// <summary>A class whose score is no number, or beyond all, as damaged weights give it.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Scores_that_are_no_numbers_are_labelled_as_by_the_CPU(float score)
    {
        using TemporaryFolder folder = new();
        OnnxFile file = OnnxFile.Read(Path.Combine(Repository.Root, "models/street.onnx"));
        NodeProto last = file.Graph.Node.Single(n => n.Output[0] == ModelManifest.ScoresOutput);
        TensorProto damage = new() { Name = "damage", DataType = 1, Dims = { 1, 11, 1, 1 }, FloatData = { Damage(score) } };
        file.Graph.Initializer.Add(damage);
        last.Output[0] = "undamaged";
        file.Graph.Node.Insert(
            file.Graph.Node.IndexOf(last) + 1,
            new NodeProto { OpType = "Add", Input = { "undamaged", "damage" }, Output = { ModelManifest.ScoresOutput } });
        File.WriteAllBytes(folder["damaged.onnx"], file.Model.ToByteArray());
        SegmenterOptions options = new(ExecutionProviders.Cpu, Size: (96, 64));
        using Segmenter cpu = Segmenter.Load(folder["damaged.onnx"], options, _ => { });
        using Segmenter gl = Segmenter.Load(folder["damaged.onnx"], options with { Provider = ExecutionProviders.Gl }, _ => { });
        using StreetSource street = new("synth://3", null);
        using FrameSlot expected = new(), actual = new();
        street.Read(expected.Image);
        expected.Image.CopyTo(actual.Image);
        Label(cpu, expected, null);
        Label(gl, actual, null);
        byte[] labels = expected.Labels.AsSpan<byte>().ToArray();
        Assert.InRange(labels.Distinct().Count(), 2, 10);
        Assert.DoesNotContain((byte)3, labels); // between two infinities lies no number, either
        Assert.All(expected.Confidence.AsSpan<byte>().ToArray(), c => Assert.Equal(0, c));
        AssertAlike(expected, actual, 0.999, leastDistinct: 1);
    }

    /// <summary>As the loop does: loaded on one thread, used by others, with another context current on the one that asks.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void Any_thread_may_ask_and_keeps_its_own_context()
    {
        using AppModel model = new();
        using Studio studio = new();
        using Segmenter gl = Segmenter.Load(model.File, new SegmenterOptions(ExecutionProviders.Gl, Size: (64, 48)), _ => { });
        using FrameSlot slot = gl.Blank();
        Label(gl, slot, null);
        byte[] first = slot.Labels.AsSpan<byte>().ToArray();
        slot.Labels.SetTo(new Scalar(99));
        Worker other = Worker.Start("other", () => Label(gl, slot, null));
        other.Join();
        other.ThrowIfFailed();
        Assert.Equal(first, slot.Labels.AsSpan<byte>().ToArray());
        byte[] drawn = studio.Pixels(Studio.Plain(new Scalar(10, 20, 30)));
        Assert.Equal([30, 20, 10, 255], drawn[..4]);
    }

    [Fact]
    public void What_shaders_cannot_run_is_named_with_the_way_out()
    {
        using TemporaryFolder folder = new();
        ModelProto model = ModelProto.Parser.ParseFrom(PixelNet.File());
        model.Graph.Node.First(n => n.OpType == "Conv").OpType = "Erf";
        Assert.Contains("Erf", Refused(model, folder["odd.onnx"]), StringComparison.Ordinal);
    }

    private static string Refused(ModelProto model, string file)
    {
        File.WriteAllBytes(file, model.ToByteArray());
        UserError e = Assert.Throws<UserError>(() =>
        {
            using Segmenter gl = Segmenter.Load(file, new SegmenterOptions(ExecutionProviders.Gl), _ => { });
            gl.Rehearse();
        });
        Assert.Contains("--provider cpu", e.Message, StringComparison.Ordinal);
        return e.Message;
    }

    private static void Label(Segmenter model, FrameSlot slot, (int, int)? size)
    {
        model.Fit(slot, size);
        model.Infer(slot);
    }

    private static void AssertAlike(FrameSlot expected, FrameSlot actual, double least, int leastDistinct = 10)
    {
        ReadOnlySpan<byte> labels = expected.Labels.AsSpan<byte>(), others = actual.Labels.AsSpan<byte>();
        ReadOnlySpan<byte> sure = expected.Confidence.AsSpan<byte>(), otherSure = actual.Confidence.AsSpan<byte>();
        Assert.Equal(labels.Length, others.Length);
        Assert.Equal(labels.Length, otherSure.Length);
        int equal = 0, apart = 0;
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] == others[i]) equal++;
            if (Math.Abs(sure[i] - otherSure[i]) > 2) apart++;
        }

        Assert.True(equal >= least * labels.Length, $"{labels.Length - equal} of {labels.Length} labels differ");
        Assert.True(apart <= 10 * (1 - least) * labels.Length, $"{apart} of {labels.Length} confidences differ");
        Assert.True(sure.ToArray().Distinct().Count() >= leastDistinct, "there is nothing to compare");
    }

    private static IEnumerable<float> Damage(float score) => Enumerable.Range(0, 11).Select(k => k == 3 ? score : 0);
}
