using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// The easy examples of DeconvNet's first training stage (Noh, Hong and Han 2015, section 4.1): one object at the centre of a crop
/// 1.2 times its size, everything else background. The objects are the connected components of the label image, as the data sets
/// have no instances; those without a background class ignore the rest.
/// </summary>
public sealed class ObjectCrops(IReadOnlyList<string> classNames) : IDisposable
{
    private const string Background = "background";

    /// <summary>Components of fewer pixels are label noise; crops with a shorter side would be all blur.</summary>
    private const int SmallestArea = 64, SmallestSide = 48;

    private readonly bool _hasBackground = HasBackground(classNames);
    private readonly LabelComponents _components = new();

    /// <summary>Whether the rest of a crop has a class; else there is no boundary to learn in it.</summary>
    public static bool HasBackground(IReadOnlyList<string> classNames) => classNames[0] == Background;

    /// <summary>One random object of the sample, as a sample that the caller disposes; the whole sample if it has none.</summary>
    public Sample Crop(Sample sample, Random random)
    {
        int[] classes = [.. Present(sample.Labels, classNames)];
        random.Shuffle(classes);
        foreach (int label in classes)
        {
            IReadOnlyList<LabelComponent> objects = _components.Of(sample.Labels, label, SmallestArea);
            if (objects.Count == 0) continue;
            LabelComponent chosen = objects[random.Next(objects.Count)];
            Rect window = Window(chosen.Box, sample.Labels.Size());
            using Mat image = new(sample.Image, window), labels = new(sample.Labels, window), map = new(_components.Map, window);
            return new Sample(image.Clone(), OnlyObject(labels, map, chosen.Id, label));
        }

        return new Sample(sample.Image.Clone(), sample.Labels.Clone());
    }

    public void Dispose() => _components.Dispose();

    /// <summary>A bounding box, 1.2 times as large about its centre, clipped to the image.</summary>
    public static Rect Window(Rect box, Size image)
        => ObjectProposals.Enlarge(box, ObjectProposals.Margin, SmallestSide) & new Rect(0, 0, image.Width, image.Height);

    /// <summary>The bounding boxes of all objects.</summary>
    public static IEnumerable<Rect> Objects(Mat labels, IReadOnlyList<string> classNames)
    {
        using LabelComponents components = new();
        foreach (int label in Present(labels, classNames))
        {
            foreach (LabelComponent found in components.Of(labels, label, SmallestArea)) yield return found.Box;
        }
    }

    /// <summary>Labels with the object alone; void pixels stay void.</summary>
    private Mat OnlyObject(Mat labels, Mat map, int id, int label)
    {
        Mat result = new(labels.Size(), MatType.CV_8UC1, new Scalar(_hasBackground ? 0 : ClassMap.Ignore));
        using Mat isVoid = new(), inside = new();
        Cv2.InRange(labels, new Scalar(classNames.Count), new Scalar(255), isVoid);
        result.SetTo(new Scalar(ClassMap.Ignore), isVoid);
        Cv2.InRange(map, new Scalar(id), new Scalar(id), inside);
        result.SetTo(new Scalar(label), inside);
        return result;
    }

    /// <summary>The classes of objects in the image, in order.</summary>
    private static IEnumerable<int> Present(Mat labels, IReadOnlyList<string> classNames)
    {
        HashSet<byte> seen = [.. labels.AsSpan<byte>()];
        int first = HasBackground(classNames) ? 1 : 0;
        return Enumerable.Range(first, classNames.Count - first).Where(c => seen.Contains((byte)c));
    }
}
