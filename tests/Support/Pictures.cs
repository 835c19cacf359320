using OpenCvSharp;

namespace RealtimeSeg.Tests.Support;

/// <summary>Random images and scores: the same at every run.</summary>
internal static class Pictures
{
    private const int Seed = 3;

    /// <summary>8-bit BGR.</summary>
    public static Mat Noise(int width, int height)
    {
        Mat image = new(height, width, MatType.CV_8UC3);
        new Random(Seed).NextBytes(image.AsSpan<byte>());
        return image;
    }

    public static float[] Scores(int count)
    {
        Random random = new(Seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble())];
    }
}
