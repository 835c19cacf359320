using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Collects the images whose pixels two models label differently the most.</summary>
public sealed class DifferingImages(IReadOnlyList<string> classNames) : IDisposable
{
    private const int Most = 20;

    /// <summary>The least different of them first out.</summary>
    private readonly PriorityQueue<Kept, double> _kept = new();

    public int Count => _kept.Count;

    /// <summary>The images' names with the share of their pixels that differs, the most different first.</summary>
    public IReadOnlyList<string> Names
        => [.. Ordered.Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Sample.Name}  {k.Share:P1} differ"))];

    private IEnumerable<Kept> Ordered => _kept.UnorderedItems.Select(i => i.Element).OrderByDescending(k => k.Share);

    /// <summary>Keeps an image if it is among the most different so far; equal labels are not.</summary>
    /// <param name="sample">The image and the truth.</param>
    /// <param name="first">Labels of the first model, 8-bit.</param>
    /// <param name="second">Of the second one.</param>
    /// <param name="share">Of the pixels that differ.</param>
    public void Add(Sample sample, Mat first, Mat second, double share)
    {
        if (share <= 0) return;
        Sample copy = sample with { Image = sample.Image.Clone(), Labels = sample.Labels.Clone() };
        _kept.Enqueue(new Kept(copy, first.Clone(), second.Clone(), share), share);
        if (_kept.Count > Most) _kept.Dequeue().Dispose();
    }

    /// <summary>Writes a sheet with a row for each image: input, truth, both predictions, and what they differ in.</summary>
    public void Save(string path)
    {
        using ContactSheet sheet = new(StreetClasses.PaletteFor(classNames), columns: 5, classNames);
        foreach (Kept k in Ordered)
        {
            using Mat nothing = new(k.Sample.Labels.Size(), MatType.CV_8UC1, new Scalar(ClassMap.Ignore));
            using Mat differences = ErrorMap.Of(k.Sample, k.First, k.Second);
            sheet.Add(k.Sample.Image, nothing, k.Sample.Name);
            sheet.Add(k.Sample.Image, k.Sample.Labels, "truth");
            sheet.Add(k.Sample.Image, k.First, $"A, mIoU {MeanIu(k.Sample, k.First)}");
            sheet.Add(k.Sample.Image, k.Second, $"B, mIoU {MeanIu(k.Sample, k.Second)}");
            sheet.Add(differences, nothing, "right: B green, A red, none blue");
        }

        sheet.Save(path);
    }

    public void Dispose()
    {
        while (_kept.TryDequeue(out Kept? k, out _)) k.Dispose();
    }

    private string MeanIu(Sample sample, Mat predicted)
    {
        ConfusionMatrix own = new(classNames.Count);
        own.Add(sample.Labels.AsSpan<byte>(), predicted.AsSpan<byte>());
        return own.MeanIu.ToString("F3", CultureInfo.InvariantCulture);
    }

    private sealed record Kept(Sample Sample, Mat First, Mat Second, double Share) : IDisposable
    {
        public void Dispose()
        {
            Sample.Image.Dispose();
            Sample.Labels.Dispose();
            First.Dispose();
            Second.Dispose();
        }
    }
}
