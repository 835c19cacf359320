using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>What another camera, another hour or another lens does to a picture, in place: those of the extras that keep every pixel where it is.</summary>
internal sealed class PixelAugmentation(AugmentationKind extras) : IDisposable
{
    private const double Often = 0.5, Sometimes = 0.25, LargestHueShift = 9, StrongestGamma = 1.8, LargestBlur = 1.6, LoudestNoise = 12;
    private const int SmallestBox = 8, LargestBoxShare = 4;
    private readonly Mat _hsv = new(), _noise = new(), _sum = new();

    /// <param name="image">8-bit BGR, changed in place.</param>
    /// <param name="labels">Its labels; only cut-out changes them.</param>
    /// <param name="random">Decides everything.</param>
    public void Apply(Mat image, Mat labels, Random random)
    {
        if (Chosen(AugmentationKind.Hue, Often, random)) ShiftHue(image, LargestHueShift * ((2 * random.NextDouble()) - 1));
        if (Chosen(AugmentationKind.Gamma, Often, random)) Gamma(image, Math.Pow(StrongestGamma, (2 * random.NextDouble()) - 1));
        if (Chosen(AugmentationKind.Blur, Sometimes, random)) Cv2.GaussianBlur(image, image, new Size(0, 0), 0.3 + (LargestBlur * random.NextDouble()));
        if (Chosen(AugmentationKind.Noise, Sometimes, random)) AddNoise(image, LoudestNoise * random.NextDouble(), random.Next());
        if (Chosen(AugmentationKind.CutOut, Sometimes, random)) CutOut(image, labels, random);
    }

    private bool Chosen(AugmentationKind one, double probability, Random random) => extras.HasFlag(one) && random.NextDouble() < probability;

    private unsafe void ShiftHue(Mat image, double degreesHalved)
    {
        // OpenCV halves hues so that they fit a byte: 180 values go round.
        byte[] table = new byte[256];
        for (int i = 0; i < table.Length; i++) table[i] = (byte)(((i + (int)Math.Round(degreesHalved) + 180) % 180 + 180) % 180);
        Cv2.CvtColor(image, _hsv, ColorConversionCodes.BGR2HSV);
        Span<byte> values = new(_hsv.DataPointer, (int)_hsv.Total() * 3);
        for (int i = 0; i < values.Length; i += 3) values[i] = table[values[i]];
        Cv2.CvtColor(_hsv, image, ColorConversionCodes.HSV2BGR);
    }

    private static void Gamma(Mat image, double gamma)
    {
        byte[] table = [.. Enumerable.Range(0, 256).Select(v => (byte)Math.Round(255 * Math.Pow(v / 255.0, gamma)))];
        using Mat lut = Mat.FromPixelData(1, 256, MatType.CV_8UC1, table);
        Cv2.LUT(image, lut, image);
    }

    private void AddNoise(Mat image, double deviation, int seed)
    {
        Cv2.SetTheRNG((ulong)seed + 1); // OpenCV's generator is one a thread: seeded here, the batch stays a function of its step
        _noise.Create(image.Size(), (int)MatType.CV_16SC3);
        Cv2.Randn(_noise, Scalar.All(0), Scalar.All(deviation));
        Cv2.Add(image, _noise, _sum, dtype: (int)MatType.CV_8UC3);
        _sum.CopyTo(image);
    }

    private static void CutOut(Mat image, Mat labels, Random random)
    {
        int width = random.Next(SmallestBox, image.Width / LargestBoxShare), height = random.Next(SmallestBox, image.Height / LargestBoxShare);
        Rect box = new(random.Next(image.Width - width), random.Next(image.Height - height), width, height);
        Cv2.Rectangle(image, box, Augmentation.Outside, -1);
        Cv2.Rectangle(labels, box, new Scalar(ClassMap.Ignore), -1);
    }

    public void Dispose()
    {
        foreach (Mat m in (Mat[])[_hsv, _noise, _sum]) m.Dispose();
    }
}
