using OpenCvSharp;
using RealtimeSeg.Core.Street;

namespace RealtimeSeg.Training.Data;

/// <summary>The toy street as a data set: picture i is a moment of a drive drawn from the seed, 480×360, with exact labels.</summary>
public sealed class SynthStreet(int count, int seed) : IDataset
{
    private const int Width = 480, Height = 360;

    /// <summary>Pictures to a drive; each drive has its own houses, light and traffic.</summary>
    private const int PerDrive = 4;

    private readonly Lazy<Sample>[] _samples = [.. Enumerable.Range(0, count).Select(i => new Lazy<Sample>(() => Draw(seed, i)))];

    public string Name => "synth";

    public IReadOnlyList<string> ClassNames => StreetClasses.Names;

    public int Count => count;

    public Sample Load(int index) => _samples[index].Value;

    private static unsafe Sample Draw(int seed, int index)
    {
        StreetScene scene = new(HashCode(seed, index / PerDrive), Width, Height);
        Mat image = new(Height, Width, MatType.CV_8UC3), labels = new(Height, Width, MatType.CV_8UC1);
        scene.Render(index % PerDrive * 2.5, new Span<byte>(image.DataPointer, Width * Height * 3), new Span<byte>(labels.DataPointer, Width * Height));
        return new Sample(image, labels);
    }

    private static int HashCode(int seed, int drive) => (seed * 7919) + (drive * 104729) + 13;
}
