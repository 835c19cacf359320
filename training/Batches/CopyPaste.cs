using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Pastes an object of a rare class from one picture onto another (Ghiasi et al. 2021, "Simple copy-paste"), at its own height in the
/// picture, because a street's pedestrians do not fly, and anywhere along its width. Rare are the classes seen less often than the median one.
/// </summary>
public sealed class CopyPaste : IDisposable
{
    private const int SmallestArea = 40, MostObjects = 3;
    private const double Softness = 0.8, SmallestScale = 0.75, LargestScale = 1.33;
    private readonly int[] _rare;
    private readonly Mat _mask = new(), _components = new(), _stats = new(), _centres = new(), _picture = new(), _part = new(), _alpha = new(), _scaledMask = new();

    /// <param name="frequencies">Share of all pixels, by class.</param>
    public CopyPaste(IReadOnlyList<double> frequencies)
    {
        double median = frequencies.Where(f => f > 0).Order().ElementAt(frequencies.Count(f => f > 0) / 2);
        _rare = [.. Enumerable.Range(0, frequencies.Count).Where(c => frequencies[c] > 0 && frequencies[c] < median)];
    }

    /// <summary>A new sample: <paramref name="onto"/> with up to three objects of <paramref name="from"/>. The caller disposes it.</summary>
    public Sample Apply(Sample onto, Sample from, Random random)
    {
        Sample result = new(onto.Image.Clone(), onto.Labels.Clone());
        int[] classes = [.. _rare];
        random.Shuffle(classes);
        int pasted = 0, wanted = 1 + random.Next(MostObjects);
        foreach (int label in classes)
        {
            if (pasted >= wanted) break;
            Cv2.InRange(from.Labels, new Scalar(label), new Scalar(label), _mask);
            int count = Cv2.ConnectedComponentsWithStats(_mask, _components, _stats, _centres);
            int[] large = [.. Enumerable.Range(1, Math.Max(0, count - 1)).Where(i => _stats.At<int>(i, (int)ConnectedComponentsTypes.Area) >= SmallestArea)];
            if (large.Length == 0) continue;
            Paste(result, from, large[random.Next(large.Length)], label, random);
            pasted++;
        }

        return result;
    }

    private void Paste(Sample result, Sample from, int component, int label, Random random)
    {
        int At(ConnectedComponentsTypes what) => _stats.At<int>(component, (int)what);
        Rect box = new(At(ConnectedComponentsTypes.Left), At(ConnectedComponentsTypes.Top), At(ConnectedComponentsTypes.Width), At(ConnectedComponentsTypes.Height));
        double scale = SmallestScale + ((LargestScale - SmallestScale) * random.NextDouble());
        Size size = new(Math.Max(1, (int)(box.Width * scale)), Math.Max(1, (int)(box.Height * scale)));
        using Mat components = new(_components, box), picture = new(from.Image, box);
        Cv2.InRange(components, new Scalar(component), new Scalar(component), _mask);
        Cv2.Resize(picture, _picture, size, 0, 0, FrameFit.Rule(scale < 1));
        LabelMap.Resize(_mask, _scaledMask, size);

        // Its feet keep their place, as a share of the picture's height; what would stand outside is cut off.
        int width = result.Image.Width, height = result.Image.Height, foot = (int)((box.Y + box.Height) / (double)from.Image.Height * height);
        Rect target = new(random.Next(-size.Width / 2, Math.Max(1, width - (size.Width / 2))), foot - size.Height, size.Width, size.Height);
        Rect seen = target & new Rect(0, 0, width, height);
        if (seen.Width < 1 || seen.Height < 1) return;
        Rect source = new(seen.X - target.X, seen.Y - target.Y, seen.Width, seen.Height);
        using Mat mask = new(_scaledMask, source), part = new(_picture, source), onto = new(result.Image, seen), ontoLabels = new(result.Labels, seen);
        Blend(part, mask, onto);
        ontoLabels.SetTo(new Scalar(label), mask);
    }

    /// <summary>The part over the picture, with a soft edge so that the network cannot learn the seam.</summary>
    private void Blend(Mat part, Mat mask, Mat onto)
    {
        Cv2.GaussianBlur(mask, _alpha, new Size(0, 0), Softness);
        using Mat alpha = new();
        Cv2.CvtColor(_alpha, alpha, ColorConversionCodes.GRAY2BGR);
        using Mat difference = new();
        Cv2.Subtract(part, onto, difference, dtype: (int)MatType.CV_16SC3);
        Cv2.Multiply(difference, alpha, difference, 1 / 255.0, (int)MatType.CV_16SC3);
        Cv2.Add(onto, difference, _part, dtype: (int)MatType.CV_8UC3);
        _part.CopyTo(onto);
    }

    public void Dispose()
    {
        foreach (Mat m in (Mat[])[_mask, _components, _stats, _centres, _picture, _part, _alpha, _scaledMask]) m.Dispose();
    }
}
