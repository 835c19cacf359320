using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Collects the images with the lowest mean IU while a model is evaluated.</summary>
public sealed class WorstImages(IReadOnlyList<string> classNames) : IDisposable
{
    private const int Most = 10;
    private static readonly Scalar Wrong = new(40, 40, 230), Right = new(60, 160, 60);

    /// <summary>The best of them first out.</summary>
    private readonly PriorityQueue<Kept, double> _kept = new();

    public int Count => _kept.Count;

    /// <summary>Keeps the image if it is among the worst so far.</summary>
    public void Add(Sample sample, Mat predicted)
    {
        ConfusionMatrix own = new(classNames.Count);
        own.Add(sample.Labels.AsSpan<byte>(), predicted.AsSpan<byte>());
        if (double.IsNaN(own.MeanIu)) return;
        _kept.Enqueue(new Kept(sample.Image.Clone(), sample.Labels.Clone(), predicted.Clone(), own.MeanIu), -own.MeanIu);
        if (_kept.Count > Most) _kept.Dequeue().Dispose();
    }

    /// <summary>Writes a sheet with a row for each image, the worst first: input, truth, prediction, error map.</summary>
    public void Save(string path)
    {
        using ContactSheet sheet = new(StreetClasses.PaletteFor(classNames), columns: 4);
        foreach (Kept k in _kept.UnorderedItems.Select(i => i.Element).OrderBy(k => k.MeanIu))
        {
            using Mat nothing = new(k.Truth.Size(), MatType.CV_8UC1, new Scalar(ClassMap.Ignore)), errors = ErrorMap(k);
            sheet.Add(k.Image, nothing, string.Create(CultureInfo.InvariantCulture, $"mean IU {k.MeanIu:F3}"));
            sheet.Add(k.Image, k.Truth, "truth");
            sheet.Add(k.Image, k.Predicted, "prediction");
            sheet.Add(errors, nothing, "red: wrong");
        }

        sheet.Save(path);
    }

    public void Dispose()
    {
        while (_kept.TryDequeue(out Kept? k, out _)) k.Dispose();
    }

    /// <summary>The image in grey, wrong pixels red, right ones green, ignored ones grey.</summary>
    private Mat ErrorMap(Kept k)
    {
        Mat map = new();
        using Mat grey = new(), same = new(), known = new(), paint = new(k.Image.Size(), MatType.CV_8UC3, Wrong);
        Cv2.CvtColor(k.Image, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.CvtColor(grey, map, ColorConversionCodes.GRAY2BGR);
        Cv2.Compare(k.Truth, k.Predicted, same, CmpTypes.EQ);
        paint.SetTo(Right, same);
        Cv2.AddWeighted(map, 0.5, paint, 0.5, 0, paint);
        Cv2.InRange(k.Truth, new Scalar(0), new Scalar(classNames.Count - 1), known);
        paint.CopyTo(map, known);
        return map;
    }

    private sealed record Kept(Mat Image, Mat Truth, Mat Predicted, double MeanIu) : IDisposable
    {
        public void Dispose()
        {
            Image.Dispose();
            Truth.Dispose();
            Predicted.Dispose();
        }
    }
}
