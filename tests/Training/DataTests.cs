using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Data sets, their readers and what is done to a sample before training.</summary>
public sealed class DataTests
{
    [Fact]
    public void The_toy_street_is_a_function_of_its_seed_and_shows_every_class()
    {
        byte[] a = new byte[480 * 360 * 3], b = new byte[a.Length], labels = new byte[480 * 360], again = new byte[labels.Length];
        HashSet<byte> seen = [];
        for (int seed = 0; seed < 6; seed++)
        {
            new StreetScene(seed, 480, 360).Render(1.5, a, labels);
            new StreetScene(seed, 480, 360).Render(1.5, b, again);
            Assert.True(a.AsSpan().SequenceEqual(b) && labels.AsSpan().SequenceEqual(again), $"seed {seed} is not repeatable");
            seen.UnionWith(labels);
        }

        Assert.Equal(Enumerable.Range(0, 11).Select(i => (byte)i), seen.Order());
    }

    [Fact]
    public void A_batch_is_a_function_of_seed_and_step()
    {
        BatchShape shape = new(3, 64, 96);
        MixedDataset data = MixedDataset.Parse("synth", new Split(Training: true));
        byte[][] frames = [new byte[3 * 64 * 96 * 3], new byte[3 * 64 * 96 * 3]], labels = [new byte[3 * 64 * 96], new byte[3 * 64 * 96]];
        using BatchLoader fromStart = new(data, shape, 4, 0), fromTwo = new(data, shape, 4, 2);
        for (int i = 0; i < 3; i++) fromStart.Next(frames[0], labels[0]);
        fromTwo.Next(frames[1], labels[1]);
        Assert.Equal(frames[0], frames[1]);
        Assert.Equal(labels[0], labels[1]);
    }

    [Fact]
    public void An_epoch_shows_every_picture_of_the_first_set_once_and_mixes_by_weight()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 12; i++) WriteSample(folder.Path, $"{i:D2}", label: 3);
        MixedDataset mixed = MixedDataset.Parse($"{folder.Path}:3,synth:1", new Split(Training: true));
        IReadOnlyList<(IDataset Set, int Index)> epoch = mixed.Epoch(1, 0);
        Assert.Equal(16, epoch.Count);
        Assert.Equal(Enumerable.Range(0, 12), epoch.Where(e => e.Set is PictureSet).Select(e => e.Index).Order());
        Assert.NotEqual(epoch.Select(e => e.Index), mixed.Epoch(1, 1).Select(e => e.Index));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_object_crop_shows_one_object_in_its_middle_and_nothing_else(bool background)
    {
        using Mat image = new(200, 300, MatType.CV_8UC3, Scalar.Black), labels = new(200, 300, MatType.CV_8UC1, new Scalar(0));
        Rect thing = new(60, 50, 80, 60), other = new(130, 40, 30, 100); // the boxes' crops overlap
        labels[other].SetTo(new Scalar(2));
        labels[thing].SetTo(new Scalar(1));
        ObjectCrops crops = new(background ? ["background", "a", "b"] : ["sky", "a", "b"]);
        int found = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            Sample cut = crops.Cut(new Sample(image, labels), new Random(seed));
            HashSet<byte> values = [.. cut.Labels.AsSpan<byte>()];
            byte rest = (byte)(background ? 0 : 255);
            Assert.True(values.Remove(rest) && values.Count == 1, $"labels {string.Join(',', values)} beside {rest}");
            if (values.Single() == 1)
            {
                found++;
                Assert.Equal(new Size(96, 72), cut.Labels.Size());
                Assert.Equal(1, cut.Labels.At<byte>(36, 48));
                Assert.Equal(80 * 60, cut.Labels.AsSpan<byte>().Count((byte)1));
            }

            cut.Image.Dispose();
            cut.Labels.Dispose();
        }

        Assert.True(found > 3, $"class 1 was drawn {found} times of 30");
    }

    [Fact]
    public void Augmentation_moves_picture_and_labels_together()
    {
        // Left half black and class 1, right half white and class 2: whatever the crop, bright pixels must be class 2.
        using Mat image = new(120, 160, MatType.CV_8UC3, Scalar.Black), labels = new(120, 160, MatType.CV_8UC1, new Scalar(1));
        image[new Rect(80, 0, 80, 120)].SetTo(Scalar.White);
        labels[new Rect(80, 0, 80, 120)].SetTo(new Scalar(2));
        using Augmentation augmentation = new(96, 64);
        byte[] pixels = new byte[96 * 64 * 3], classes = new byte[96 * 64];
        int compared = 0;
        for (int seed = 0; seed < 20; seed++)
        {
            augmentation.Apply(new Sample(image, labels), new Random(seed), pixels, classes);
            for (int i = 0; i < classes.Length; i++)
            {
                bool edge = i % 96 is < 2 or > 93 || classes[i - 2] != classes[i + 2];
                if (classes[i] == 255 || edge) continue; // outside, or where interpolation mixes the halves
                compared++;
                Assert.True(classes[i] == (pixels[i * 3] >= 100 ? 2 : 1), $"seed {seed}, pixel {i}: value {pixels[i * 3]}, class {classes[i]}");
            }
        }

        Assert.True(compared > 50_000, $"only {compared} pixels were compared");
    }

    [Theory]
    [InlineData("1-1", 480, 360)]
    [InlineData("0.5-0.5", 240, 180)]
    [InlineData("2-2", 480, 360)]
    public void Scale_is_relative_to_the_working_size(string scale, int filledWidth, int filledHeight)
    {
        using Mat image = new(720, 960, MatType.CV_8UC3, Scalar.Black), labels = new(720, 960, MatType.CV_8UC1, new Scalar(1));
        using Augmentation augmentation = new(480, 360, new Sampling(Scale: ScaleRange.Parse(scale)));
        byte[] pixels = new byte[480 * 360 * 3], classes = new byte[480 * 360];
        augmentation.Apply(new Sample(image, labels), new Random(3), pixels, classes);
        Assert.Equal(filledWidth * filledHeight, classes.Count(c => c == 1));
        Assert.Equal((480 * 360) - (filledWidth * filledHeight), classes.Count(c => c == ClassMap.Ignore));
    }

    /// <summary>Whatever the scale, the border between two classes lies where the picture changes: half a pixel would cost thin things their labels.</summary>
    [Fact]
    public void Scaled_labels_are_not_shifted_against_the_picture()
    {
        using Mat image = new(360, 480, MatType.CV_8UC3, Scalar.Black), labels = new(360, 480, MatType.CV_8UC1, new Scalar(0));
        image[new Rect(200, 0, 280, 360)].SetTo(new Scalar(200, 200, 200));
        labels[new Rect(200, 0, 280, 360)].SetTo(new Scalar(1));
        using Mat small = new(), smallLabels = new();
        double total = 0;
        int counted = 0;
        for (int width = 290; width < 820; width += 7)
        {
            Cv2.Resize(image, small, new Size(width, 300), 0, 0, width < 480 ? InterpolationFlags.Area : InterpolationFlags.Linear);
            LabelMap.Resize(labels, smallLabels, new Size(width, 300));
            double bright = Cv2.Mean(small).Val0 / 200 * width, marked = Cv2.Mean(smallLabels).Val0 * width;
            Assert.InRange(marked - bright, -0.5001, 0.5001);
            total += marked - bright;
            counted++;
        }

        Assert.InRange(total / counted, -0.1, 0.1); // INTER_NEAREST: 0.5 on average
    }

    /// <summary>Each extra changes the batch, only those that move pixels change labels, and the same random state gives the same bytes.</summary>
    [Theory]
    [InlineData("rotate", true)]
    [InlineData("blur", false)]
    [InlineData("noise", false)]
    [InlineData("hue", false)]
    [InlineData("gamma", false)]
    [InlineData("cutout", true)]
    [InlineData("paste", true)]
    public void Each_extra_augmentation_does_its_work_and_repeats(string name, bool movesLabels)
    {
        MixedDataset data = MixedDataset.Parse("synth", new Split(Training: true));
        (byte[] Frame, byte[] Labels) Batch(string augment, int seed)
        {
            using SampleMaker maker = new(data, new BatchShape(1, 96, 128), new Sampling(Kinds: AugmentationNames.Parse(augment)));
            (byte[] frame, byte[] labels) = (new byte[96 * 128 * 3], new byte[96 * 128]);
            maker.Make(data.Parts[0], seed, new Random(seed), frame, labels);
            return (frame, labels);
        }

        int different = 0, moved = 0;
        for (int seed = 0; seed < 12; seed++)
        {
            (byte[] Frame, byte[] Labels) plain = Batch("plain", seed), once = Batch(name, seed), again = Batch(name, seed);
            Assert.True(once.Frame.AsSpan().SequenceEqual(again.Frame) && once.Labels.AsSpan().SequenceEqual(again.Labels), $"seed {seed} gave two different samples");
            if (!once.Frame.AsSpan().SequenceEqual(plain.Frame)) different++;
            if (!once.Labels.AsSpan().SequenceEqual(plain.Labels)) moved++;
        }

        Assert.True(different >= 2, $"{different} of 12 pictures changed");
        Assert.Equal(movesLabels, moved > 0);
    }

    [Fact]
    public void Pasting_brings_rare_objects_with_their_pixels_and_leaves_the_rest()
    {
        // Class 2 is rare: a white square in one picture, absent from the other.
        using Mat image = new(100, 150, MatType.CV_8UC3, Scalar.Black), labels = new(100, 150, MatType.CV_8UC1, new Scalar(0));
        using Mat with = new(100, 150, MatType.CV_8UC3, Scalar.Black), withLabels = new(100, 150, MatType.CV_8UC1, new Scalar(1));
        Rect square = new(40, 30, 30, 30);
        with[square].SetTo(Scalar.White);
        withLabels[square].SetTo(new Scalar(2));
        using CopyPaste paste = new([0.6, 0.39, 0.01]);
        int seen = 0;
        for (int seed = 0; seed < 10; seed++)
        {
            Sample made = paste.Apply(new Sample(image, labels), new Sample(with, withLabels), new Random(seed));
            using Mat isObject = new(), bright = new(), wrong = new(), inside = new();
            Cv2.InRange(made.Labels, new Scalar(2), new Scalar(2), isObject);
            seen += Cv2.CountNonZero(isObject) > 300 ? 1 : 0;
            Cv2.InRange(made.Image, Scalar.All(200), Scalar.All(255), bright);
            Cv2.Erode(isObject, inside, null, iterations: 3);
            Cv2.Subtract(inside, bright, wrong);
            Assert.Equal(0, Cv2.CountNonZero(wrong)); // an object's inside is white
            Cv2.Dilate(isObject, isObject, null, iterations: 4);
            Cv2.Subtract(bright, isObject, wrong);
            Assert.Equal(0, Cv2.CountNonZero(wrong)); // and nothing white lies outside
            Assert.DoesNotContain((byte)1, made.Labels.AsSpan<byte>().ToArray());
            made.Image.Dispose();
            made.Labels.Dispose();
        }

        Assert.True(seen >= 8, $"{seen} of 10 were pasted");
        Assert.Equal(0, Cv2.CountNonZero(labels)); // the source is as it was
    }

    [Fact]
    public void Class_weights_follow_their_formulas()
    {
        double[] shares = [0.5, 0.3, 0.15, 0.05, 0];
        IReadOnlyList<float> median = ClassWeights.Of("median", shares), enet = ClassWeights.Of("enet", shares);
        Assert.Equal([0.6f, 1f, 2f, 6f, 0f], median.Select(w => MathF.Round(w, 4)));
        Assert.Equal(Math.Log(1.6) / Math.Log(1.15), enet[3] / enet[0], 4);
        Assert.Equal(1, enet.Average(), 4);
        IReadOnlyList<float> root = ClassWeights.Of("root", shares);
        Assert.Equal(Math.Sqrt(0.5 / 0.05), root[3] / root[0], 4);
        Assert.Equal(0, root[4]);
        Assert.All(ClassWeights.Of("none", shares), w => Assert.Equal(1, w));
        Assert.Throws<UserError>(() => ClassWeights.Of("some", shares));
    }

    [Theory]
    [InlineData("no-labels", "no label file")]
    [InlineData("size", "must be the same size")]
    [InlineData("range", "holds label 77")]
    [InlineData("colour", "3 channels")]
    [InlineData("broken", "not a readable picture")]
    public void A_bad_label_is_refused_by_name(string fault, string says)
    {
        using TemporaryFolder folder = new();
        WriteSample(folder.Path, "good", label: 3);
        WriteSample(folder.Path, "odd", label: fault == "range" ? 77 : 3);
        string label = Path.Combine(folder.Path, "trainannot", "odd.png");
        if (fault == "no-labels") File.Delete(label);
        if (fault == "size") Save(label, new Mat(20, 20, MatType.CV_8UC1, new Scalar(3)));
        if (fault == "colour") Save(label, new Mat(40, 60, MatType.CV_8UC3, new Scalar(3, 3, 3)));
        if (fault == "broken") File.WriteAllBytes(label, File.ReadAllBytes(label)[..20]);
        UserError e = Assert.Throws<UserError>(() =>
        {
            IDataset set = DatasetLayout.Open(folder.Path, new Split(Training: true), null);
            for (int i = 0; i < set.Count; i++) set.Load(i);
        });
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains("odd", e.Message, StringComparison.Ordinal);
    }

    /// <summary>A 60×40 picture with one label everywhere, in CamVid's layout.</summary>
    private static void WriteSample(string root, string name, int label)
    {
        Directory.CreateDirectory(Path.Combine(root, "train"));
        Directory.CreateDirectory(Path.Combine(root, "trainannot"));
        Save(Path.Combine(root, "train", name + ".png"), new Mat(40, 60, MatType.CV_8UC3, new Scalar(50, 60, 70)));
        Save(Path.Combine(root, "trainannot", name + ".png"), new Mat(40, 60, MatType.CV_8UC1, new Scalar(label)));
    }

    private static void Save(string path, Mat picture)
    {
        using (picture) Assert.True(Cv2.ImWrite(path, picture));
    }
}
