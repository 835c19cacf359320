using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Batches;

/// <summary>
/// The easy examples of DeconvNet's first training stage (Noh, Hong and Han 2015, section 4.1): one object, in the middle of a crop
/// 1.2 times its size, everything else background. Data sets without instances give their label map's connected components; those
/// without a background class ignore the rest.
/// </summary>
public sealed class ObjectCrops(IReadOnlyList<string> classNames)
{
    private const string Background = "background";
    private const double Margin = 1.2;

    /// <summary>Components of fewer pixels are noise of the labelling; crops of less than this side would be all blur.</summary>
    private const int SmallestArea = 64, SmallestSide = 48;

    private readonly bool _hasBackground = classNames[0] == Background;

    /// <summary>One object of the sample, as a sample of its own that the caller disposes; the whole sample if it has none.</summary>
    public Sample Cut(Sample sample, Random random)
    {
        foreach (int label in Shuffled(Present(sample.Labels), random))
        {
            using Mat mask = new(), components = new(), stats = new(), centres = new();
            Cv2.InRange(sample.Labels, new Scalar(label), new Scalar(label), mask);
            int count = Cv2.ConnectedComponentsWithStats(mask, components, stats, centres);
            int[] large = [.. Enumerable.Range(1, Math.Max(0, count - 1)).Where(i => stats.At<int>(i, (int)ConnectedComponentsTypes.Area) >= SmallestArea)];
            if (large.Length == 0) continue;
            int chosen = large[random.Next(large.Length)];
            Rect window = Window(stats, chosen, sample.Labels.Size());
            using Mat imagePart = new(sample.Image, window), labelPart = new(sample.Labels, window), componentPart = new(components, window);
            return new Sample(imagePart.Clone(), OnlyObject(labelPart, componentPart, chosen, label));
        }

        return new Sample(sample.Image.Clone(), sample.Labels.Clone());
    }

    /// <summary>The object's bounding box, 1.2 times as large about its centre, within the picture.</summary>
    private static Rect Window(Mat stats, int component, Size picture)
    {
        int At(ConnectedComponentsTypes what) => stats.At<int>(component, (int)what);
        double width = Math.Max(SmallestSide, At(ConnectedComponentsTypes.Width) * Margin), height = Math.Max(SmallestSide, At(ConnectedComponentsTypes.Height) * Margin);
        double x = At(ConnectedComponentsTypes.Left) + (At(ConnectedComponentsTypes.Width) / 2.0), y = At(ConnectedComponentsTypes.Top) + (At(ConnectedComponentsTypes.Height) / 2.0);
        Rect wanted = new((int)(x - (width / 2)), (int)(y - (height / 2)), (int)width, (int)height);
        return wanted & new Rect(0, 0, picture.Width, picture.Height);
    }

    private Mat OnlyObject(Mat labels, Mat components, int chosen, int label)
    {
        Mat result = new(labels.Size(), MatType.CV_8UC1, new Scalar(_hasBackground ? 0 : ClassMap.Ignore));
        using Mat unknown = new(), inside = new();
        Cv2.InRange(labels, new Scalar(classNames.Count), new Scalar(255), unknown);
        result.SetTo(new Scalar(ClassMap.Ignore), unknown);
        Cv2.InRange(components, new Scalar(chosen), new Scalar(chosen), inside);
        result.SetTo(new Scalar(label), inside);
        return result;
    }

    private List<int> Present(Mat labels)
    {
        HashSet<byte> seen = [.. labels.AsSpan<byte>()];
        return [.. Enumerable.Range(_hasBackground ? 1 : 0, classNames.Count - (_hasBackground ? 1 : 0)).Where(c => seen.Contains((byte)c))];
    }

    private static int[] Shuffled(List<int> items, Random random)
    {
        int[] order = [.. items];
        random.Shuffle(order);
        return order;
    }
}
