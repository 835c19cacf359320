using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Random scale, crop, flip, brightness, contrast and saturation, and the chosen <see cref="AugmentationKind"/>; one sample into its place in
/// a batch.
/// </summary>
public sealed class Augmentation(int width, int height, Sampling? sampling = null) : IDisposable
{
    private const double Gain = 0.35, Offset = 25, SteepestTurn = 10;

    /// <summary>What lies outside the picture: the mean colour of the preamble, ignored by the loss.</summary>
    internal static readonly Scalar Outside = new(104, 117, 124);

    private readonly Mat _grey = new(), _grey3 = new(), _turned = new(), _turnedLabels = new();
    private readonly PixelAugmentation _pixels = new(sampling?.Kinds ?? AugmentationKind.None);
    private readonly ScaleRange _range = sampling?.Scale ?? ScaleRange.Default;
    private readonly bool _turns = sampling?.Kinds.HasFlag(AugmentationKind.Rotate) == true;

    /// <param name="sample">The source; not changed.</param>
    /// <param name="random">Decides everything.</param>
    /// <param name="image">height × width × 3 bytes to fill.</param>
    /// <param name="labels">height × width bytes to fill.</param>
    public unsafe void Apply(Sample sample, Random random, Span<byte> image, Span<byte> labels)
    {
        fixed (byte* imageAt = image, labelsAt = labels)
        {
            using Mat toImage = Mat.FromPixelData(height, width, MatType.CV_8UC3, (nint)imageAt);
            using Mat toLabels = Mat.FromPixelData(height, width, MatType.CV_8UC1, (nint)labelsAt);
            Crop(sample, random, toImage, toLabels);
            Photometric(toImage, random);
            _pixels.Apply(toImage, toLabels, random);
        }
    }

    private void Crop(Sample sample, Random random, Mat toImage, Mat toLabels)
    {
        // The scale is relative to the size at which the app will show such a picture to the network.
        FrameGeometry shown = FrameGeometry.For(sample.Image.Width, sample.Image.Height, ModelManifest.DefaultSize, Fit.Keep);
        double scale = _range.Draw(random);
        double across = shown.Width * scale / sample.Image.Width, down = shown.Height * scale / sample.Image.Height;
        (Mat picture, Mat classes) = _turns ? Turned(sample, random) : (sample.Image, sample.Labels);

        // Only what the crop shows is scaled.
        Size seen = new(Math.Clamp((int)Math.Round(width / across), 1, picture.Width), Math.Clamp((int)Math.Round(height / down), 1, picture.Height));
        Size size = new(Math.Clamp((int)Math.Round(seen.Width * across), 1, width), Math.Clamp((int)Math.Round(seen.Height * down), 1, height));
        Rect window = new(random.Next(picture.Width - seen.Width + 1), random.Next(picture.Height - seen.Height + 1), seen.Width, seen.Height), filled = new(0, 0, size.Width, size.Height);
        using Mat fromImage = new(picture, window), fromLabels = new(classes, window), image = new(toImage, filled), labels = new(toLabels, filled);
        toImage.SetTo(Outside);
        toLabels.SetTo(new Scalar(ClassMap.Ignore));
        Cv2.Resize(fromImage, image, size, 0, 0, FrameFit.Rule(across < 1));
        LabelMap.Resize(fromLabels, labels, size);
        if (random.NextDouble() >= 0.5) return;
        Cv2.Flip(toImage, toImage, FlipMode.Y);
        Cv2.Flip(toLabels, toLabels, FlipMode.Y);
    }

    /// <summary>The picture turned about its centre by up to ten degrees, one time in two.</summary>
    private (Mat Image, Mat Labels) Turned(Sample sample, Random random)
    {
        double degrees = SteepestTurn * ((2 * random.NextDouble()) - 1);
        if (random.NextDouble() < 0.5) return (sample.Image, sample.Labels);
        Size size = sample.Image.Size();
        using Mat turn = Cv2.GetRotationMatrix2D(new Point2f(size.Width / 2f, size.Height / 2f), degrees, 1);
        Cv2.WarpAffine(sample.Image, _turned, turn, size, InterpolationFlags.Linear, BorderTypes.Constant, Outside);
        Cv2.WarpAffine(sample.Labels, _turnedLabels, turn, size, InterpolationFlags.Nearest, BorderTypes.Constant, new Scalar(ClassMap.Ignore));
        return (_turned, _turnedLabels);
    }

    private void Photometric(Mat image, Random random)
    {
        double gain = 1 + (Gain * ((2 * random.NextDouble()) - 1)), offset = Offset * ((2 * random.NextDouble()) - 1);
        image.ConvertTo(image, MatType.CV_8UC3, gain, offset);
        if (random.NextDouble() >= 0.5) return;
        double saturation = 0.5 + random.NextDouble();
        Cv2.CvtColor(image, _grey, ColorConversionCodes.BGR2GRAY);
        Cv2.CvtColor(_grey, _grey3, ColorConversionCodes.GRAY2BGR);
        Cv2.AddWeighted(image, saturation, _grey3, 1 - saturation, 0, image);
    }

    public void Dispose()
    {
        _pixels.Dispose();
        foreach (Mat m in (Mat[])[_grey, _grey3, _turned, _turnedLabels]) m.Dispose();
    }
}
