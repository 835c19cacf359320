using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Random scale, crop, flip, brightness, contrast and saturation, and the chosen <see cref="AugmentationKind"/>: from a sample to
/// its place in a batch.
/// </summary>
/// <param name="width">Of the result, in pixels.</param>
/// <param name="height">Of the result, in pixels.</param>
/// <param name="sampling">The chosen kinds and scales; null for the defaults.</param>
public sealed class Augmentation(int width, int height, Sampling? sampling = null) : IDisposable
{
    /// <summary>Largest change of contrast, as a share, and of brightness, in levels of 0–255.</summary>
    private const double Gain = 0.35, Offset = 25;

    private const double LargestRotation = 10, FlipProbability = 0.5, RotationProbability = 0.5, SaturationProbability = 0.5;

    /// <summary>
    /// Fills what lies outside the image, which the loss ignores: the mean colour that <see cref="InputScaling.Plain"/> subtracts.
    /// </summary>
    internal static readonly Scalar Outside = new(104, 117, 124);

    private readonly Mat _grey = new(), _grey3 = new(), _rotated = new(), _rotatedLabels = new();
    private readonly PixelAugmentation _pixels = new(sampling?.Kinds ?? AugmentationKind.None);
    private readonly ScaleRange _range = sampling?.Scale ?? ScaleRange.Default;
    private readonly bool _rotates = sampling?.Kinds.HasFlag(AugmentationKind.Rotate) == true;

    /// <param name="sample">The source; not changed.</param>
    /// <param name="random">The only source of randomness.</param>
    /// <param name="image">height × width × 3 bytes to fill.</param>
    /// <param name="labels">height × width bytes to fill.</param>
    public unsafe void Apply(Sample sample, Random random, Span<byte> image, Span<byte> labels)
    {
        fixed (byte* imageAt = image, labelsAt = labels)
        {
            using Mat toImage = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)imageAt);
            using Mat toLabels = Mat.FromPixelData(height, width, MatType.CV_8UC1, (nint)labelsAt);
            ScaleAndCrop(sample, random, toImage, toLabels);
            if (random.NextDouble() < FlipProbability) Flip(toImage, toLabels);
            Photometric(toImage, random);
            _pixels.Apply(toImage, toLabels, random);
        }
    }

    public void Dispose()
    {
        _pixels.Dispose();
        foreach (Mat m in (Mat[])[_grey, _grey3, _rotated, _rotatedLabels]) m.Dispose();
    }

    private void ScaleAndCrop(Sample sample, Random random, Mat toImage, Mat toLabels)
    {
        // The scale is relative to the size at which the network sees such an image in the app.
        FrameGeometry shown = FrameGeometry.For(sample.Image.Width, sample.Image.Height, ModelManifest.DefaultSize, Fit.Keep);
        double scale = _range.Draw(random);
        double across = shown.Width * scale / sample.Image.Width, down = shown.Height * scale / sample.Image.Height;
        Sample source = _rotates ? Rotated(sample, random) : sample;

        // Only the part that the crop shows is scaled.
        Size seen = new(Rounded(width / across, source.Image.Width), Rounded(height / down, source.Image.Height));
        Size filled = new(Rounded(seen.Width * across, width), Rounded(seen.Height * down, height));
        int left = random.Next(source.Image.Width - seen.Width + 1), top = random.Next(source.Image.Height - seen.Height + 1);
        Rect window = new(new Point(left, top), seen);
        Rect target = new(new Point(0, 0), filled);
        using Mat fromImage = new(source.Image, window), fromLabels = new(source.Labels, window);
        using Mat image = new(toImage, target), labels = new(toLabels, target);
        toImage.SetTo(Outside);
        toLabels.SetTo(new Scalar(ClassMap.Ignore));
        Cv2.Resize(fromImage, image, filled, 0, 0, FrameFit.Rule(across < 1));
        LabelMap.Resize(fromLabels, labels, filled);
    }

    private static int Rounded(double length, int most) => Math.Clamp((int)Math.Round(length), 1, most);

    private static void Flip(Mat image, Mat labels)
    {
        Cv2.Flip(image, image, FlipMode.Y);
        Cv2.Flip(labels, labels, FlipMode.Y);
    }

    /// <summary>The sample, or the sample rotated about its centre.</summary>
    private Sample Rotated(Sample sample, Random random)
    {
        double degrees = LargestRotation * ((2 * random.NextDouble()) - 1);
        if (random.NextDouble() < 1 - RotationProbability) return sample;
        Size size = sample.Image.Size();
        using Mat turn = Cv2.GetRotationMatrix2D(new Point2f(size.Width / 2f, size.Height / 2f), degrees, 1);
        Scalar ignored = new(ClassMap.Ignore);
        Cv2.WarpAffine(sample.Image, _rotated, turn, size, InterpolationFlags.Linear, BorderTypes.Constant, Outside);
        Cv2.WarpAffine(sample.Labels, _rotatedLabels, turn, size, InterpolationFlags.Nearest, BorderTypes.Constant, ignored);
        return new Sample(_rotated, _rotatedLabels);
    }

    private void Photometric(Mat image, Random random)
    {
        double gain = 1 + (Gain * ((2 * random.NextDouble()) - 1)), offset = Offset * ((2 * random.NextDouble()) - 1);
        image.ConvertTo(image, MatType.CV_8UC3, gain, offset);
        if (random.NextDouble() >= SaturationProbability) return;
        double saturation = 0.5 + random.NextDouble();
        Cv2.CvtColor(image, _grey, ColorConversionCodes.BGR2GRAY);
        Cv2.CvtColor(_grey, _grey3, ColorConversionCodes.GRAY2BGR);
        Cv2.AddWeighted(image, saturation, _grey3, 1 - saturation, 0, image);
    }
}
