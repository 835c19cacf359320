using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>From an image of a data set to one of a batch: objects cut out and pasted, sizes, and how both are asked for.</summary>
public sealed class SampleTests : IDisposable
{
    private const int Width = 160, Height = 120;
    private readonly Mat _image = new(Height, Width, MatType.CV_8UC3, Scalar.Black);
    private readonly Mat _labels = new(Height, Width, MatType.CV_8UC1, Scalar.Black);

    private Sample Sample => new(_image, _labels);

    [Fact]
    public void A_batch_of_objects_shows_one_class_each_and_a_batch_of_images_many()
    {
        BatchShape shape = new(1, 96, 128);
        byte[] frame = new byte[96 * 128 * 3], labels = new byte[96 * 128];
        int MostClasses(Sampling sampling)
        {
            using SampleMaker maker = new(Toy.Street, shape, sampling);
            return Enumerable.Range(0, 8).Max(i =>
            {
                maker.Make(Toy.Street.Parts[0], i, new Random(i), frame, labels);
                return labels.Where(l => l < Toy.Street.ClassNames.Count).Distinct().Count();
            });
        }

        Assert.Equal(1, MostClasses(new Sampling(ObjectCrops: true)));
        Assert.Equal(1, MostClasses(new Sampling(ObjectCrops: true, Kinds: AugmentationKind.Paste))); // nothing is pasted into them
        Assert.True(MostClasses(new Sampling()) > 3);
    }

    /// <summary>Components of fewer than 64 pixels are noise; a crop has sides of at least 48; what is not labelled stays so.</summary>
    [Theory]
    [InlineData(9, 7, Width, Height)]
    [InlineData(8, 8, 48, 48)]
    [InlineData(60, 8, 72, 48)]
    [InlineData(60, 50, 72, 60)]
    public void A_crop_is_made_around_objects_that_are_large_enough(int width, int height, int cropWidth, int cropHeight)
    {
        _labels[new Rect(50, 40, width, height)].SetTo(new Scalar(1));
        _labels[new Rect(50, 40, 2, 2)].SetTo(new Scalar(200));
        _labels[new Rect(45, 40, 2, 2)].SetTo(new Scalar(1)); // 64 with these, which do not touch
        if (width == 8) _labels[new Rect(50, 40, 2, 2)].SetTo(new Scalar(1));
        using ObjectCrops crops = new(["background", "a", "b"]);
        Sample cut = crops.Crop(Sample, new Random(1));
        Assert.Equal(new Size(cropWidth, cropHeight), cut.Labels.Size());
        Assert.Equal(cut.Labels.Size(), cut.Image.Size());
        if (width == 60) Assert.Equal(4, cut.Labels.AsSpan<byte>().Count(ClassMap.Ignore));
        cut.Image.Dispose();
        cut.Labels.Dispose();
    }

    [Fact]
    public void Every_object_of_a_class_but_the_background_is_found()
    {
        Rect a = new(10, 10, 20, 20), b = new(60, 10, 10, 10), other = new(100, 50, 30, 20);
        _labels[a].SetTo(new Scalar(1));
        _labels[b].SetTo(new Scalar(1));
        _labels[other].SetTo(new Scalar(2));
        Assert.Equal([a, b, other], ObjectCrops.Objects(_labels, ["background", "a", "b"]));
        Assert.Equal([new Rect(0, 0, Width, Height), a, b, other], ObjectCrops.Objects(_labels, ["sky", "a", "b"]));
        Assert.True(ObjectCrops.HasBackground(["background", "a"]));
        Assert.False(ObjectCrops.HasBackground(["a", "background"]));
    }

    /// <summary>Classes with fewer pixels than the median one are rare; objects of fewer than 40 pixels stay where they are.</summary>
    [Fact]
    public void Up_to_three_objects_of_rare_classes_are_pasted()
    {
        byte[] Pasted(params (int Class, Rect Place)[] things)
        {
            using Mat from = new(Height, Width, MatType.CV_8UC1, Scalar.Black);
            foreach ((int label, Rect place) in things) from[place].SetTo(new Scalar(label));
            using CopyPaste paste = new([0.5, 0.3, 0.1, 0.05, 0.03, 0.02, 0]);
            HashSet<byte> seen = [];
            for (int seed = 0; seed < 40; seed++)
            {
                Sample made = paste.Apply(Sample, new Sample(_image, from), new Random(seed));
                byte[] now = [.. made.Labels.AsSpan<byte>().ToArray().Distinct().Where(l => l != 0)];
                Assert.InRange(now.Length, 0, 3);
                seen.UnionWith(now);
                made.Image.Dispose();
                made.Labels.Dispose();
            }

            return [.. seen.Order()];
        }

        static Rect Place(int i) => new(20 * i, 60, 12, 12);
        Assert.Equal([3, 4, 5], Pasted([.. Enumerable.Range(1, 6).Select(c => (c, Place(c)))])); // 6 is in no image
        Assert.Empty(Pasted((5, new Rect(40, 60, 13, 3))));
        Assert.Equal([5], Pasted((5, new Rect(40, 60, 10, 4))));
    }

    [Fact]
    public void Scales_are_two_factors_the_smaller_first()
    {
        Assert.Equal(new ScaleRange(0.1, 10), ScaleRange.Parse("0.1-10"));
        Assert.Equal(new ScaleRange(0.6, 1.7), ScaleRange.Default);
        ScaleRange range = new(2, 4);
        double[] drawn = [.. Enumerable.Range(0, 200).Select(i => range.Draw(new Random(i)))];
        Assert.InRange(drawn.Min(), 2, 2.2);
        Assert.InRange(drawn.Max(), 3.8, 4);
        foreach (string bad in new[] { "1", "1-2-3", "2-1", "0.09-1", "1-10.1", "a-2", "1-b", "-1-2", "" })
        {
            UserError e = Assert.Throws<UserError>(() => ScaleRange.Parse(bad));
            Assert.Equal($"--scale {bad}: give SMALLEST-LARGEST, factors from 0.1 to 10, such as 0.6-1.7", e.Message);
        }
    }

    [Fact]
    public void Kinds_are_chosen_by_name()
    {
        Assert.Equal(AugmentationKind.None, AugmentationNames.Parse("plain"));
        Assert.Equal(AugmentationKind.Rotate | AugmentationKind.CutOut, AugmentationNames.Parse("rotate,CutOut"));
        Assert.Equal(7, Enum.GetValues<AugmentationKind>().Count(k => k is not (AugmentationKind.None or AugmentationKind.Strong)
            && AugmentationNames.Parse("strong").HasFlag(k)));
        foreach (string bad in new[] { "mirror", "4", "rotate,8" })
        {
            string message = Assert.Throws<UserError>(() => AugmentationNames.Parse(bad)).Message;
            Assert.StartsWith($"no augmentation '{bad.Split(',')[^1]}': choose plain; strong", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_pasted_into_crops()
    {
        Assert.Equal(AugmentationKind.Strong, new Sampling().With("strong", "1-2").Kinds);
        Sampling crops = new Sampling(Proposals: 5).With("strong", "1-2");
        Assert.Equal(AugmentationKind.Strong & ~AugmentationKind.Paste, crops.Kinds);
        Assert.Equal((new ScaleRange(1, 2), 5), (crops.Scale, crops.Proposals));
        string Refused(Sampling sampling, string augment) => Assert.Throws<UserError>(() => sampling.With(augment, "1-2")).Message;
        Assert.Contains("the crops of --stage 1 show", Refused(new Sampling(ObjectCrops: true), "blur,paste"), StringComparison.Ordinal);
        Assert.Contains("the crops of --proposals show", Refused(new Sampling(Proposals: 1), "paste"), StringComparison.Ordinal);
        Assert.Contains("--proposals is for stage 2", Refused(new Sampling(true, 1), "plain"), StringComparison.Ordinal);
        Assert.Equal(AugmentationKind.Blur, new Sampling(ObjectCrops: true).With("blur", "1-2").Kinds);
    }

    [Fact]
    public void A_batch_needs_as_many_images()
    {
        UserError e = Assert.Throws<UserError>(() => new BatchLoader(Toy.Street, new BatchShape(500, 32, 32), 1, 0).Dispose());
        Assert.Equal("400 images do not fill a batch of 500: use --batch 400 or fewer", e.Message);
        using BatchLoader loader = new(Toy.Street, new BatchShape(150, 32, 32), 1, 0);
        Assert.Equal(2, loader.StepsPerEpoch);
    }

    public void Dispose()
    {
        _labels.Dispose();
        _image.Dispose();
    }
}
