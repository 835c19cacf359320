using OpenCvSharp;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>How far each augmentation goes, and how often: over many seeds, what it did to an image of which one number tells.</summary>
public sealed class PixelAugmentationTests
{
    private const int Width = 80, Height = 64, Seeds = 400;

    [Fact]
    public void Hue_shifts_half_of_the_images_by_up_to_18_degrees_both_ways()
    {
        // Red has hue 0 and green 120 degrees, in OpenCV's halves 0 and 60: a shift below 0 starts over at the end of the circle.
        int[] ofRed = Over(AugmentationKind.Hue, new Scalar(0, 0, 200), HueAt);
        int[] ofGreen = Over(AugmentationKind.Hue, new Scalar(0, 200, 0), HueAt);
        int[] shifts = [.. ofGreen.Select(h => h - 60)];
        Assert.Equal(ofRed, shifts.Select(s => (s + 180) % 180));
        Assert.Equal((-9, 9), (shifts.Min(), shifts.Max()));
        Assert.InRange(shifts.Count(s => s == 0), Seeds * 0.45, Seeds * 0.65); // half, and shifts that round to nothing
    }

    [Fact]
    public void Gamma_darkens_or_lightens_half_of_the_images_and_keeps_black_and_white()
    {
        int[] grey = Over(AugmentationKind.Gamma, Scalar.All(64), m => (int)m.At<Vec3b>(5, 5).Item1);
        Assert.InRange(grey.Min(), 21, 24); // 255·(64/255)^1.8
        Assert.InRange(grey.Max(), 114, 118); // 255·(64/255)^(1/1.8)
        Assert.InRange(grey.Count(v => v == 64), Seeds * 0.4, Seeds * 0.6);
        Assert.InRange(grey.Count(v => v < 64), Seeds * 0.18, Seeds * 0.32);
        Assert.Equal([0], Over(AugmentationKind.Gamma, Scalar.Black, m => m.At<Vec3b>(5, 5).Item1).Distinct());
        Assert.Equal([255], Over(AugmentationKind.Gamma, Scalar.White, m => m.At<Vec3b>(5, 5).Item1).Distinct());
    }

    /// <summary>A line of one pixel spreads with the deviation of the blur, and keeps its light.</summary>
    [Fact]
    public void Blur_spreads_a_quarter_of_the_images_by_up_to_two_pixels()
    {
        double[] spreads = Over(AugmentationKind.Blur, Scalar.Black, Spread, m => m[new Rect(40, 0, 1, Height)].SetTo(Scalar.White));
        double[] blurred = [.. spreads.Where(s => s > 0)];
        Assert.InRange(blurred.Length, Seeds * 0.18, Seeds * 0.32);
        Assert.InRange(blurred.Min(), 0.05, 0.6);
        Assert.InRange(blurred.Max(), 1.6, 2);
    }

    [Fact]
    public void Noise_of_up_to_12_levels_lies_over_a_quarter_of_the_images_around_what_they_show()
    {
        (double Mean, double Deviation, bool Grey)[] all = Over(AugmentationKind.Noise, Scalar.All(128), m =>
        {
            Cv2.MeanStdDev(m, out Scalar mean, out Scalar deviation);
            return (mean.Val1, deviation.Val1, m.At<Vec3b>(9, 9) is var p && p.Item0 == p.Item1 && p.Item1 == p.Item2);
        });
        (double Mean, double Deviation, bool Grey)[] noisy = [.. all.Where(n => n.Deviation > 0)];
        Assert.InRange(noisy.Length, Seeds * 0.18, Seeds * 0.32);
        Assert.All(noisy, n => Assert.InRange(n.Mean, 127, 129));
        Assert.InRange(noisy.Max(n => n.Deviation), 10.5, 12.5);
        Assert.InRange(noisy.Min(n => n.Deviation), 0, 1.5);
        Assert.Contains(noisy, n => !n.Grey); // each channel its own
    }

    /// <summary>A whole box in the mean colour, of at least 8 pixels and less than a quarter of each side, anywhere.</summary>
    [Fact]
    public void A_box_cut_out_lies_within_the_image_and_is_ignored()
    {
        using PixelAugmentation augmentation = new(AugmentationKind.CutOut);
        List<Rect> boxes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            using Mat image = new(Height, Width, MatType.CV_8UC3, Scalar.White);
            using Mat labels = new(Height, Width, MatType.CV_8UC1, new Scalar(3));
            augmentation.Apply(image, labels, new Random(seed));
            using Mat ignored = labels.Equals(ClassMap.Ignore).ToMat(), grey = new(), kept = labels.Equals(3).ToMat();
            Cv2.InRange(image, Augmentation.Outside, Augmentation.Outside, grey);
            Assert.Equal(ignored.AsSpan<byte>().ToArray(), grey.AsSpan<byte>().ToArray());
            int count = Cv2.CountNonZero(ignored);
            Assert.Equal(Width * Height, count + Cv2.CountNonZero(kept));
            if (count == 0) continue;
            Rect box = Cv2.BoundingRect(ignored);
            Assert.Equal(box.Width * box.Height, count);
            boxes.Add(box);
        }

        Assert.InRange(boxes.Count, Seeds * 0.18, Seeds * 0.32);
        Assert.Equal((8, 19), (boxes.Min(b => b.Width), boxes.Max(b => b.Width)));
        Assert.Equal((8, 15), (boxes.Min(b => b.Height), boxes.Max(b => b.Height)));
        Assert.True(boxes.Min(b => b.X) < 5 && boxes.Max(b => b.Right) > Width - 6, "never near a side");
        Assert.True(boxes.Min(b => b.Y) < 5 && boxes.Max(b => b.Bottom) > Height - 6, "never near top or bottom");
    }

    [Fact]
    public void Without_a_kind_nothing_changes()
    {
        foreach (Vec3b pixel in Over(AugmentationKind.Rotate | AugmentationKind.Paste, new Scalar(10, 90, 200), m => m.At<Vec3b>(3, 3)))
            Assert.Equal(new Vec3b(10, 90, 200), pixel);
    }

    /// <summary>Contrast by 35 %, brightness by 25 levels, in every image; half mirrored, half in stronger or weaker colours.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void Every_image_gets_another_light_and_half_of_them_are_mirrored()
    {
        using Mat image = new(Height, Width, MatType.CV_8UC3, Scalar.All(100)), labels = new(Height, Width, MatType.CV_8UC1, new Scalar(1));
        labels[new Rect(0, 0, 10, Height)].SetTo(new Scalar(2));
        image[new Rect(70, 0, 10, Height)].SetTo(new Scalar(60, 100, 140)); // as bright, nearly
        using Mat large = new(), largeLabels = new();
        Cv2.Resize(image, large, new Size(480, 384), 0, 0, InterpolationFlags.Nearest);
        Cv2.Resize(labels, largeLabels, new Size(480, 384), 0, 0, InterpolationFlags.Nearest);
        List<(int Grey, int Colour, bool Mirrored)> seen = [];
        using Augmentation whole = new(465, 372, new Sampling(Scale: new ScaleRange(1, 1))); // the size at which such an image is shown
        byte[] frame = new byte[465 * 372 * 3], map = new byte[465 * 372];
        for (int seed = 0; seed < Seeds; seed++)
        {
            whole.Apply(new Sample(large, largeLabels), new Random(seed), frame, map);
            bool mirrored = map[465 * 10] != 2;
            int coloured = ((465 * 10) + (mirrored ? 5 : 458)) * 3;
            seen.Add((frame[((465 * 10) + 232) * 3], frame[coloured + 2] - frame[coloured], mirrored));
            Assert.Equal(2, map[(465 * 10) + (mirrored ? 460 : 4)]);
        }

        Assert.InRange(seen.Count(s => s.Mirrored), Seeds * 0.4, Seeds * 0.6);
        Assert.InRange(seen.Min(s => s.Grey), 40, 50);
        Assert.InRange(seen.Max(s => s.Grey), 150, 160);
        Assert.InRange(seen.Average(s => s.Grey), 97, 103);
        Assert.InRange(seen.Min(s => s.Colour), 26, 40); // 80·0.65·0.5
        Assert.InRange(seen.Max(s => s.Colour), 130, 163); // 80·1.35·1.5
        Assert.InRange(seen.Average(s => s.Colour), 75, 85);
    }

    /// <summary>What each of many seeds makes of an image of one colour.</summary>
    private static T[] Over<T>(AugmentationKind kinds, Scalar colour, Func<Mat, T> see, Action<Mat>? draw = null)
    {
        using PixelAugmentation augmentation = new(kinds);
        T[] seen = new T[Seeds];
        for (int seed = 0; seed < Seeds; seed++)
        {
            using Mat image = new(Height, Width, MatType.CV_8UC3, colour), labels = new(Height, Width, MatType.CV_8UC1, new Scalar(3));
            draw?.Invoke(image);
            augmentation.Apply(image, labels, new Random(seed));
            Assert.Equal(3, Cv2.Mean(labels).Val0);
            seen[seed] = see(image);
        }

        return seen;
    }

    private static int HueAt(Mat image)
    {
        using Mat hsv = new();
        Cv2.CvtColor(image, hsv, ColorConversionCodes.BGR2HSV);
        return hsv.At<Vec3b>(5, 5).Item0;
    }

    /// <summary>The deviation about column 40 in the middle row, in pixels.</summary>
    private static double Spread(Mat image)
    {
        double light = 0, moment = 0;
        for (int x = 0; x < Width; x++)
        {
            double v = image.At<Vec3b>(Height / 2, x).Item1;
            light += v;
            moment += v * (x - 40) * (x - 40);
        }

        Assert.InRange(light, 235, 275);
        return Math.Sqrt(moment / light);
    }
}
