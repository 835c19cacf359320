using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Imitates another camera, lens or time of day, in place: those kinds of augmentation that keep every pixel where it is.
/// </summary>
/// <param name="kinds">The kinds to apply; those that move pixels are left to others.</param>
internal sealed class PixelAugmentation(AugmentationKind kinds) : IDisposable
{
    /// <summary>Probabilities.</summary>
    private const double Often = 0.5, Sometimes = 0.25;

    /// <summary>Hue in OpenCV's units of two degrees.</summary>
    private const int HueValues = 180;
    private const double LargestHueShift = 9;

    private const double LargestGamma = 1.8;

    /// <summary>Standard deviation of the Gaussian, in pixels.</summary>
    private const double SmallestBlur = 0.3, BlurRange = 1.6;

    /// <summary>Standard deviation of the noise, in levels of 0–255.</summary>
    private const double LargestNoise = 12;

    /// <summary>Side of the box that is cut out: at least this many pixels, at most this part of the image's.</summary>
    private const int SmallestBox = 8, LargestBoxPart = 4;
    private readonly Mat _hsv = new(), _noise = new(), _sum = new();

    /// <param name="image">8-bit BGR, changed in place.</param>
    /// <param name="labels">Its labels; only cutout changes them.</param>
    /// <param name="random">The only source of randomness.</param>
    public void Apply(Mat image, Mat labels, Random random)
    {
        if (Chosen(AugmentationKind.Hue, Often, random)) ShiftHue(image, LargestHueShift * Symmetric(random));
        if (Chosen(AugmentationKind.Gamma, Often, random)) ApplyGamma(image, Math.Pow(LargestGamma, Symmetric(random)));
        if (Chosen(AugmentationKind.Blur, Sometimes, random)) Blur(image, SmallestBlur + (BlurRange * random.NextDouble()));
        if (Chosen(AugmentationKind.Noise, Sometimes, random)) AddNoise(image, LargestNoise * random.NextDouble(), random.Next());
        if (Chosen(AugmentationKind.CutOut, Sometimes, random)) CutOut(image, labels, random);
    }

    private bool Chosen(AugmentationKind one, double probability, Random random) => kinds.HasFlag(one) && random.NextDouble() < probability;

    /// <summary>From −1 to 1.</summary>
    private static double Symmetric(Random random) => (2 * random.NextDouble()) - 1;

    private static void Blur(Mat image, double deviation) => Cv2.GaussianBlur(image, image, new Size(0, 0), deviation);

    private unsafe void ShiftHue(Mat image, double halfDegrees)
    {
        // OpenCV halves hues so that they fit a byte: 180 values make the circle.
        byte[] table = new byte[256];
        for (int i = 0; i < table.Length; i++) table[i] = (byte)((i + (int)Math.Round(halfDegrees) + HueValues) % HueValues);
        Cv2.CvtColor(image, _hsv, ColorConversionCodes.BGR2HSV);
        Span<byte> values = new(_hsv.DataPointer, (int)_hsv.Total() * 3);
        for (int i = 0; i < values.Length; i += 3) values[i] = table[values[i]];
        Cv2.CvtColor(_hsv, image, ColorConversionCodes.HSV2BGR);
    }

    private static void ApplyGamma(Mat image, double gamma)
    {
        byte[] table = [.. Enumerable.Range(0, 256).Select(v => (byte)Math.Round(255 * Math.Pow(v / 255.0, gamma)))];
        using Mat lut = Mat.FromPixelData(1, 256, MatType.CV_8UC1, table);
        Cv2.LUT(image, lut, image);
    }

    private void AddNoise(Mat image, double deviation, int seed)
    {
        Cv2.SetTheRNG((ulong)seed + 1); // OpenCV has one generator per thread: seeded here, the batch stays a function of its step
        _noise.Create(image.Size(), (int)MatType.CV_16SC3);
        Cv2.Randn(_noise, Scalar.All(0), Scalar.All(deviation));
        Cv2.Add(image, _noise, _sum, dtype: (int)MatType.CV_8UC3);
        _sum.CopyTo(image);
    }

    private static void CutOut(Mat image, Mat labels, Random random)
    {
        int width = random.Next(SmallestBox, image.Width / LargestBoxPart);
        int height = random.Next(SmallestBox, image.Height / LargestBoxPart);
        Rect box = new(random.Next(image.Width - width), random.Next(image.Height - height), width, height);
        Cv2.Rectangle(image, box, Augmentation.Outside, -1);
        Cv2.Rectangle(labels, box, new Scalar(ClassMap.Ignore), -1);
    }

    public void Dispose()
    {
        foreach (Mat m in (Mat[])[_hsv, _noise, _sum]) m.Dispose();
    }
}
