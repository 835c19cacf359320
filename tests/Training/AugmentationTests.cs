using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>What happens to a sample on its way into a batch.</summary>
public sealed class AugmentationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_object_crop_shows_one_object_at_its_centre_and_nothing_else(bool background)
    {
        using Mat image = new(200, 300, MatType.CV_8UC3, Scalar.Black), labels = new(200, 300, MatType.CV_8UC1, new Scalar(0));
        Rect thing = new(60, 50, 80, 60), other = new(130, 40, 30, 100); // the boxes' crops overlap
        labels[other].SetTo(new Scalar(2));
        labels[thing].SetTo(new Scalar(1));
        using ObjectCrops crops = new(background ? ["background", "a", "b"] : ["sky", "a", "b"]);
        int found = 0;
        for (int seed = 0; seed < 30; seed++)
        {
            Sample cut = crops.Crop(new Sample(image, labels), new Random(seed));
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
    public void Augmentation_moves_image_and_labels_together()
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
                int expected = pixels[i * 3] >= 100 ? 2 : 1;
                Assert.True(classes[i] == expected, $"seed {seed}, pixel {i}: value {pixels[i * 3]}, class {classes[i]}");
            }
        }

        Assert.True(compared > 50_000, $"only {compared} pixels were compared");
    }

    /// <summary>
    /// A chequered image of black (class 1) and white (class 2): whatever moves pixels must move labels with them, and what it covers
    /// with the mean colour, the only one that is not grey, must be ignored.
    /// </summary>
    [Theory]
    [InlineData("plain")]
    [InlineData("rotate")]
    [InlineData("cutout")]
    [InlineData("rotate,cutout")]
    public void Every_augmentation_moves_image_and_labels_together(string kinds)
    {
        const int Width = 192, Height = 128, Field = 60;
        using Mat image = new(360, 480, MatType.CV_8UC3, Scalar.Black), labels = new(360, 480, MatType.CV_8UC1, new Scalar(1));
        for (int i = 0; i < 24; i++)
        {
            Rect field = new(2 * Field * (i % 4) + ((i / 4 % 2) * Field), Field * (i / 4), Field, Field);
            image[field].SetTo(Scalar.White);
            labels[field].SetTo(new Scalar(2));
        }

        using Augmentation augmentation = new(Width, Height, new Sampling(Kinds: AugmentationNames.Parse(kinds)));
        byte[] pixels = new byte[Width * Height * 3], classes = new byte[Width * Height];
        Dictionary<byte, int> compared = new() { [1] = 0, [2] = 0, [ClassMap.Ignore] = 0 };
        for (int seed = 0; seed < 30; seed++)
        {
            augmentation.Apply(new Sample(image, labels), new Random(seed), pixels, classes);
            for (int i = 3 * Width; i < classes.Length - (3 * Width); i++)
            {
                if (i % Width is < 3 or >= Width - 3 || !IsInside(classes, i, Width)) continue;
                bool grey = Math.Abs(pixels[i * 3] - pixels[(i * 3) + 2]) <= 3;
                int expected = !grey ? ClassMap.Ignore : pixels[i * 3] >= 100 ? 2 : 1;
                Assert.True(classes[i] == expected, $"seed {seed}, pixel {i % Width},{i / Width}: class {classes[i]}, not {expected}");
                compared[classes[i]]++;
            }
        }

        Assert.True(compared[1] > 50_000 && compared[2] > 50_000, "too few pixels were compared");
        if (kinds.Contains("cutout", StringComparison.Ordinal)) Assert.True(compared[ClassMap.Ignore] > 500, "nothing was cut out");
    }

    /// <summary>Whether all pixels around one have its class: at edges interpolation mixes colours.</summary>
    private static bool IsInside(byte[] classes, int at, int width)
    {
        for (int y = -3; y <= 3; y++)
        {
            for (int x = -3; x <= 3; x++)
            {
                if (classes[at + (y * width) + x] != classes[at]) return false;
            }
        }

        return true;
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

    /// <summary>
    /// Whatever the scale, the border between two classes lies where the image changes: half a pixel would cost thin objects their
    /// labels.
    /// </summary>
    [Fact]
    public void Scaled_labels_are_not_shifted_against_the_image()
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

    /// <summary>
    /// Each kind changes the batch, only those that move pixels change labels, and the same random state gives the same bytes.
    /// </summary>
    [Theory]
    [Trait("Set", "Slow")]
    [InlineData("rotate", true)]
    [InlineData("blur", false)]
    [InlineData("noise", false)]
    [InlineData("hue", false)]
    [InlineData("gamma", false)]
    [InlineData("cutout", true)]
    [InlineData("paste", true)]
    public void Each_kind_of_augmentation_does_its_work_and_repeats(string name, bool movesLabels)
    {
        MixedDataset data = Toy.Street;
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
            bool repeats = once.Frame.AsSpan().SequenceEqual(again.Frame) && once.Labels.AsSpan().SequenceEqual(again.Labels);
            Assert.True(repeats, $"seed {seed} gave two different samples");
            if (!once.Frame.AsSpan().SequenceEqual(plain.Frame)) different++;
            if (!once.Labels.AsSpan().SequenceEqual(plain.Labels)) moved++;
        }

        Assert.True(different >= 2, $"{different} of 12 images changed");
        Assert.Equal(movesLabels, moved > 0);
    }

    [Fact]
    public void Pasting_brings_rare_objects_with_their_pixels_and_leaves_the_rest()
    {
        // Class 2 is rare: a white square in one image, absent from the other.
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

    /// <summary>Pedestrians do not fly: an object stands as far down the image, as a share of its height, as where it comes from.</summary>
    [Fact]
    public void A_pasted_object_stands_at_its_own_height()
    {
        using Mat image = new(200, 300, MatType.CV_8UC3, Scalar.Black), labels = new(200, 300, MatType.CV_8UC1, new Scalar(0));
        using Mat from = new(100, 150, MatType.CV_8UC3, Scalar.Black), fromLabels = new(100, 150, MatType.CV_8UC1, new Scalar(1));
        from[new Rect(60, 35, 20, 30)].SetTo(Scalar.White);
        fromLabels[new Rect(60, 35, 20, 30)].SetTo(new Scalar(2)); // its foot at 65 of 100
        using CopyPaste paste = new([0.6, 0.39, 0.01]);
        HashSet<int> heights = [];
        for (int seed = 0; seed < 10; seed++)
        {
            Sample made = paste.Apply(new Sample(image, labels), new Sample(from, fromLabels), new Random(seed));
            int[] rows = [.. Enumerable.Range(0, 200).Where(y => made.Labels.AsSpan<byte>().Slice(y * 300, 300).Contains((byte)2))];
            Assert.InRange(rows[^1] + 1, 129, 131); // 65 % of 200
            heights.Add(rows.Length);
            made.Image.Dispose();
            made.Labels.Dispose();
        }

        Assert.True(heights.Count > 3, "always of one size");
        Assert.All(heights, h => Assert.InRange(h, 21, 41)); // 30 × 0.75 to 1.33
    }

    /// <summary>From half of it beyond the left edge to half beyond the right one.</summary>
    [Fact]
    public void A_pasted_object_stands_anywhere_along_the_width()
    {
        using Mat image = new(60, 90, MatType.CV_8UC3, Scalar.Black), labels = new(60, 90, MatType.CV_8UC1, new Scalar(0));
        using Mat withLabels = new(60, 90, MatType.CV_8UC1, new Scalar(1));
        withLabels[new Rect(30, 10, 24, 24)].SetTo(new Scalar(2));
        using CopyPaste paste = new([0.6, 0.39, 0.01]);
        HashSet<int> firsts = [], lasts = [];
        for (int seed = 0; seed < 300; seed++)
        {
            Sample made = paste.Apply(new Sample(image, labels), new Sample(image, withLabels), new Random(seed));
            byte[] map = made.Labels.AsSpan<byte>().ToArray();
            int[] columns = [.. Enumerable.Range(0, 90).Where(x => Enumerable.Range(0, 60).Any(y => map[(y * 90) + x] == 2))];
            int height = Enumerable.Range(0, 60).Count(y => map.AsSpan(y * 90, 90).Contains((byte)2));
            Assert.InRange(columns.Length, (height / 2) - 1, height); // a square, of which half may be cut off
            firsts.Add(columns[0]);
            lasts.Add(columns[^1]);
            made.Image.Dispose();
            made.Labels.Dispose();
        }

        Assert.Contains(0, firsts);
        Assert.Contains(89, lasts);
        Assert.True(firsts.Count > 50, $"{firsts.Count} places");
    }
}
