using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Collects the images with the lowest mIoU while a model is evaluated.</summary>
public sealed class WorstImages(IReadOnlyList<string> classNames) : IDisposable
{
    private const int Most = 10;

    /// <summary>The best of them first out.</summary>
    private readonly PriorityQueue<Kept, double> _kept = new();

    public int Count => _kept.Count;

    /// <summary>The images' names with their mIoU, the worst first.</summary>
    public IReadOnlyList<string> Names
        => [.. Ordered.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Sample.Name}  mIoU {k.MeanIu:F3}"))];

    private IEnumerable<Kept> Ordered => _kept.UnorderedItems.Select(i => i.Element).OrderBy(k => k.MeanIu);

    /// <summary>Keeps the image if it is among the worst so far.</summary>
    public void Add(Sample sample, Mat predicted)
    {
        ConfusionMatrix own = new(classNames.Count);
        own.Add(sample.Labels.AsSpan<byte>(), predicted.AsSpan<byte>());
        if (double.IsNaN(own.MeanIu)) return;
        Sample copy = sample with { Image = sample.Image.Clone(), Labels = sample.Labels.Clone() };
        _kept.Enqueue(new Kept(copy, predicted.Clone(), own.MeanIu), -own.MeanIu);
        if (_kept.Count > Most) _kept.Dequeue().Dispose();
    }

    /// <summary>Writes a sheet with a row for each image, the worst first: input, truth, prediction, error map.</summary>
    public void Save(string path)
    {
        using ContactSheet sheet = new(StreetClasses.PaletteFor(classNames), columns: 4, classNames);
        foreach (Kept k in Ordered)
        {
            using Mat nothing = new(k.Sample.Labels.Size(), MatType.CV_8UC1, new Scalar(ClassMap.Ignore));
            using Mat errors = ErrorMap.Of(k.Sample, k.Predicted, classNames.Count);
            sheet.Add(k.Sample.Image, nothing, k.Sample.Name);
            sheet.Add(k.Sample.Image, k.Sample.Labels, "truth");
            sheet.Add(k.Sample.Image, k.Predicted, string.Create(CultureInfo.InvariantCulture, $"prediction, mIoU {k.MeanIu:F3}"));
            sheet.Add(errors, nothing, "green: right, red: wrong");
        }

        sheet.Save(path);
    }

    public void Dispose()
    {
        while (_kept.TryDequeue(out Kept? k, out _)) k.Dispose();
    }

    private sealed record Kept(Sample Sample, Mat Predicted, double MeanIu) : IDisposable
    {
        public void Dispose()
        {
            Sample.Image.Dispose();
            Sample.Labels.Dispose();
            Predicted.Dispose();
        }
    }
}
