using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Inference;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What is known of published models without being told.</summary>
public sealed class KnownModelTests
{
    /// <summary>Networks with aligned corners, as DeepLab, want sides of 32·n + 1.</summary>
    [Theory]
    [InlineData(512, 512, 704, 384)]
    [InlineData(513, 513, 705, 385)]
    [InlineData(513, 512, 704, 384)]
    public void Sides_that_are_one_more_than_multiples_stay_so(int width, int height, int networkWidth, int networkHeight)
    {
        FrameGeometry g = FrameGeometry.For(1280, 720, (width, height), Fit.Keep, ThirdPartyModel.UsualStride);
        Assert.Equal((networkWidth, networkHeight), (g.NetworkWidth, g.NetworkHeight));
    }

    [Theory]
    [InlineData(2, null, "foreground", 1)]
    [InlineData(19, "Cityscapes'", "person", 11)]
    [InlineData(21, "PASCAL VOC's", "person", 15)]
    [InlineData(80, "COCO's", "person", 0)]
    [InlineData(81, "COCO's", "person", 1)]
    [InlineData(150, "ADE20K's", "person", 12)]
    [InlineData(7, null, "class6", 6)]
    public void A_number_of_classes_names_them_aloud(int classes, string? set, string name, int label)
    {
        using TemporaryFolder folder = new();
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, 32, 32));
        Value[] all = [.. Enumerable.Range(0, classes).Select(i => Layout.Slice(g, x, [1], [i % 3], [(i % 3) + 1]))];
        File.WriteAllBytes(folder["m.onnx"], OnnxWriter.Write(g, [Layout.Concat(g, all, 1)]));
        List<string> told = [];
        using Segmenter segmenter = Segmenter.Load(folder["m.onnx"], new SegmenterOptions(ExecutionProviders.Cpu), told.Add);
        Assert.Equal(classes, segmenter.Manifest.Classes.Count);
        Assert.Equal(name, segmenter.Manifest.Classes[label]);
        string line = Assert.Single(told, t => t.Contains("third-party", StringComparison.Ordinal));
        Assert.Equal(set is not null, line.Contains("named as", StringComparison.Ordinal));
        Assert.Contains(set ?? "", line, StringComparison.Ordinal);
    }
}
