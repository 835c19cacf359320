using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Data;

/// <summary>The toy street as a data set: image i is a moment of a drive that the seed determines, with exact labels.</summary>
public sealed class SynthStreet(int count, int seed) : IDataset
{
    private static readonly int Width = StreetScene.DefaultSize.Width, Height = StreetScene.DefaultSize.Height;

    /// <summary>Images per drive; each drive has its own houses, light and traffic.</summary>
    private const int PerDrive = 4;

    /// <summary>Seconds between two images of a drive, and between the beginnings of two: by day, at dusk, in the evening.</summary>
    private const double Interval = 2.5, Later = 5;

    private readonly Lazy<Sample>[] _samples = [.. Enumerable.Range(0, count).Select(i => new Lazy<Sample>(() => Draw(seed, i)))];

    public string Name => "synth";

    public IReadOnlyList<string> ClassNames => StreetClasses.Names;

    public int Count => count;

    public Sample Load(int index) => _samples[index].Value;

    private static unsafe Sample Draw(int seed, int index)
    {
        StreetScene scene = new(SceneSeed(seed, index / PerDrive), Width, Height);
        Mat image = new(Height, Width, MatType.CV_8UC3), labels = new(Height, Width, MatType.CV_8UC1);
        Span<byte> pixels = new(image.DataPointer, Width * Height * 3), classes = new(labels.DataPointer, Width * Height);
        scene.Render((index / PerDrive * Later) + (index % PerDrive * Interval), pixels, classes);
        return new Sample(image, labels, string.Create(CultureInfo.InvariantCulture, $"synth {index}"));
    }

    private static int SceneSeed(int seed, int drive) => (seed * 7919) + (drive * 104729) + 13;
}
