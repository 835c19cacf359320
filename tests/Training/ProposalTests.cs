using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Object proposals, crops around them for training, and labels fused from them.</summary>
public sealed class ProposalTests
{
    private static readonly Rect Thing = new(60, 50, 90, 70);

    [Fact]
    public void The_best_proposal_is_what_stands_out()
    {
        using Mat image = Scene();
        IReadOnlyList<Rect> boxes = ObjectProposals.Of(image, 3);
        Assert.InRange(boxes.Count, 1, 3);
        Assert.InRange(ObjectProposals.Overlap(boxes[0], Thing), 0.7, 1);
    }

    [Fact]
    public void Overlap_is_intersection_over_union()
    {
        Assert.Equal(1, ObjectProposals.Overlap(Thing, Thing));
        Assert.Equal(2 / 6.0, ObjectProposals.Overlap(new Rect(0, 0, 2, 2), new Rect(1, 0, 2, 2)), 12);
        Assert.Equal(0, ObjectProposals.Overlap(new Rect(0, 0, 2, 2), new Rect(2, 0, 2, 2)));
    }

    [Fact]
    public void A_crop_for_training_is_a_proposal_around_an_object_with_all_that_it_shows()
    {
        using Mat image = Scene(), labels = new(image.Size(), MatType.CV_8UC1, Scalar.Black);
        labels[Thing].SetTo(new Scalar(2));
        labels[new Rect(Thing.X, Thing.Y, 20, 20)].SetTo(new Scalar(1)); // a part of it is something else
        MemoryDataset set = new(["background", "a", "b"], new Sample(image, labels));
        ProposalCrops crops = new(set.ClassNames, 20);
        for (int seed = 0; seed < 10; seed++)
        {
            Sample cut = crops.Crop(set, 0, set.Load(0), new Random(seed));
            Assert.True(cut.Image.Width < image.Width && cut.Image.Height < image.Height);
            Assert.Equal(cut.Image.Size(), cut.Labels.Size());
            byte[] seen = [.. cut.Labels.AsSpan<byte>().ToArray().Distinct().Order()];
            Assert.Equal([0, 1, 2], seen);
            Assert.InRange(cut.Labels.AsSpan<byte>().Count((byte)2), Thing.Width * Thing.Height / 2, Thing.Width * Thing.Height);
            cut.Image.Dispose();
            cut.Labels.Dispose();
        }

        labels.SetTo(Scalar.Black);
        Sample all = new ProposalCrops(set.ClassNames, 20).Crop(set, 0, set.Load(0), new Random(1));
        Assert.Equal(image.Size(), all.Image.Size()); // no object
        all.Image.Dispose();
        all.Labels.Dispose();
    }

    /// <summary>A proposal is surest of class 2, and both together agree most on class 1.</summary>
    [Theory]
    [InlineData(ProposalFusion.Max, 2)]
    [InlineData(ProposalFusion.Mean, 1)]
    public void Probabilities_are_fused_where_a_proposal_lies(string aggregate, byte inside)
    {
        using Mat image = Scene();
        List<Mat> planes = [];
        byte[] labels = new ProposalFusion(1, aggregate).Labels(image, part =>
        {
            float[] p = part.Width == image.Width ? [0.5f, 0.4f, 0.1f] : [0, 0.45f, 0.55f];
            Mat[] given = [.. p.Select(v => new Mat(part.Size(), MatType.CV_32FC1, new Scalar(v)))];
            planes.AddRange(given);
            return given;
        });
        Assert.Equal(2 * 3, planes.Count);
        Assert.All(planes, p => Assert.True(p.IsDisposed));
        Assert.Equal(inside, labels[(85 * image.Width) + 105]);
        Assert.Equal(0, labels[(190 * image.Width) + 280]);
        Assert.InRange(labels.Count(l => l == inside), Thing.Width * Thing.Height, 2 * Thing.Width * Thing.Height);
    }

    [Fact]
    public void A_network_that_fails_says_so_through_the_fusion()
    {
        using Mat image = Scene();
        Mat[] Fail(Mat part) => throw new UserError("no scores");
        Assert.Equal("no scores", Assert.Throws<UserError>(() => new ProposalFusion(1).Labels(image, Fail)).Message);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Without_a_proposal_the_labels_are_those_of_the_whole_image()
    {
        using TemporaryFolder folder = new();
        Exporter.Random(NetworkNames.Parse("fcn8s", null, 11), "any", 3, folder["m.onnx"]);
        byte[] model = File.ReadAllBytes(folder["m.onnx"]);
        using Evaluator plain = new(model, "m"), fused = new(model, "m", new ProposalFusion(10));
        Sample sample = Toy.Street.Parts[0].Load(0);
        using Mat image = new(sample.Image.Size(), MatType.CV_8UC3, Scalar.Gray);
        MemoryDataset set = new(plain.Manifest.Classes, new Sample(image, sample.Labels));
        byte[] Labels(Evaluator evaluator)
        {
            byte[] found = [];
            evaluator.Evaluate([set], (_, predicted) => found = predicted.AsSpan<byte>().ToArray());
            return found;
        }

        Assert.Equal(plain.Manifest.Size, (image.Width, image.Height)); // else enlarged labels and enlarged probabilities differ at borders
        Assert.Equal(Labels(plain), Labels(fused));
    }

    /// <summary>A bright thing before a dark ground.</summary>
    private static Mat Scene()
    {
        Mat image = new(200, 300, MatType.CV_8UC3, new Scalar(40, 40, 40));
        image[Thing].SetTo(new Scalar(220, 200, 180));
        return image;
    }
}
