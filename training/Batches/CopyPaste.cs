using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// Pastes objects of rare classes from one image onto another (Ghiasi et al. 2021, "Simple copy-paste"), each at its own height in the
/// image, because pedestrians in a street do not fly, and anywhere along its width. Rare classes have fewer pixels than the median one.
/// </summary>
public sealed class CopyPaste : IDisposable
{
    private const int SmallestArea = 40, MostObjects = 3;

    /// <summary>Standard deviation in pixels of the blur that softens an object's edge.</summary>
    private const double EdgeBlur = 0.8;

    private const double SmallestScale = 0.75, LargestScale = 1.33;
    private readonly int[] _rare;
    private readonly LabelComponents _components = new();
    private readonly Mat _mask = new(), _scaledMask = new(), _scaledImage = new(), _alpha = new(), _blended = new();

    /// <param name="frequencies">Share of all pixels, by class.</param>
    public CopyPaste(IReadOnlyList<double> frequencies)
    {
        double median = frequencies.Where(f => f > 0).Order().ElementAtOrDefault(frequencies.Count(f => f > 0) / 2);
        _rare = [.. Enumerable.Range(0, frequencies.Count).Where(c => frequencies[c] > 0 && frequencies[c] < median)];
    }

    /// <summary>A copy of <paramref name="onto"/> with up to three objects of <paramref name="from"/>; the caller disposes it.</summary>
    public Sample Apply(Sample onto, Sample from, Random random)
    {
        Sample result = new(onto.Image.Clone(), onto.Labels.Clone());
        int[] classes = [.. _rare];
        random.Shuffle(classes);
        int pasted = 0, wanted = 1 + random.Next(MostObjects);
        foreach (int label in classes)
        {
            if (pasted >= wanted) break;
            IReadOnlyList<LabelComponent> objects = _components.Of(from.Labels, label, SmallestArea);
            if (objects.Count == 0) continue;
            Paste(result, from.Image, objects[random.Next(objects.Count)], label, random);
            pasted++;
        }

        return result;
    }

    public void Dispose()
    {
        _components.Dispose();
        foreach (Mat m in (Mat[])[_mask, _scaledMask, _scaledImage, _alpha, _blended]) m.Dispose();
    }

    private void Paste(Sample onto, Mat from, LabelComponent component, int label, Random random)
    {
        Size size = Scale(from, component, SmallestScale + ((LargestScale - SmallestScale) * random.NextDouble()));
        Rect target = Place(component.Box, size, from.Height, onto.Image.Size(), random);
        Rect seen = target & new Rect(0, 0, onto.Image.Width, onto.Image.Height); // what would stand outside is cut off
        if (seen.Width < 1 || seen.Height < 1) return;
        Rect source = new(seen.X - target.X, seen.Y - target.Y, seen.Width, seen.Height);
        using Mat mask = new(_scaledMask, source), part = new(_scaledImage, source);
        using Mat image = new(onto.Image, seen), labels = new(onto.Labels, seen);
        Blend(part, mask, image);
        labels.SetTo(new Scalar(label), mask);
    }

    /// <summary>Scales the object's box and mask into their buffers; returns their size.</summary>
    private Size Scale(Mat from, LabelComponent component, double scale)
    {
        Size size = new(Math.Max(1, (int)(component.Box.Width * scale)), Math.Max(1, (int)(component.Box.Height * scale)));
        using Mat map = new(_components.Map, component.Box), image = new(from, component.Box);
        Cv2.InRange(map, new Scalar(component.Id), new Scalar(component.Id), _mask);
        Cv2.Resize(image, _scaledImage, size, 0, 0, FrameFit.Rule(scale < 1));
        LabelMap.Resize(_mask, _scaledMask, size);
        return size;
    }

    /// <summary>Where the object goes: its foot stays at the same share of the image's height.</summary>
    private static Rect Place(Rect box, Size size, int fromHeight, Size onto, Random random)
    {
        int foot = (int)((box.Y + box.Height) / (double)fromHeight * onto.Height);
        int left = random.Next(-size.Width / 2, Math.Max(1, onto.Width - (size.Width / 2)));
        return new Rect(left, foot - size.Height, size.Width, size.Height);
    }

    /// <summary>Draws the part over the image, with a soft edge so that the network cannot learn the seam.</summary>
    private void Blend(Mat part, Mat mask, Mat onto)
    {
        Cv2.GaussianBlur(mask, _alpha, new Size(0, 0), EdgeBlur);
        using Mat alpha = new(), difference = new();
        Cv2.CvtColor(_alpha, alpha, ColorConversionCodes.GRAY2BGR);
        Cv2.Subtract(part, onto, difference, dtype: (int)MatType.CV_16SC3);
        Cv2.Multiply(difference, alpha, difference, 1 / 255.0, (int)MatType.CV_16SC3);
        Cv2.Add(onto, difference, _blended, dtype: (int)MatType.CV_8UC3);
        _blended.CopyTo(onto);
    }
}
