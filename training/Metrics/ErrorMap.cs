using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Pictures of where labels are wrong, and where those of two models differ.</summary>
internal static class ErrorMap
{
    private static readonly Scalar Wrong = new(40, 40, 230), Right = new(60, 160, 60), Other = new(230, 140, 40);

    /// <summary>The image in grey, wrong pixels red, right ones green, ignored ones grey; the caller disposes it.</summary>
    public static Mat Of(Sample sample, Mat predicted, int classes)
    {
        using Mat right = new(), paint = new(sample.Image.Size(), MatType.CV_8UC3, Wrong), known = Known(sample.Labels, classes);
        Cv2.Compare(sample.Labels, predicted, right, CmpTypes.EQ);
        paint.SetTo(Right, right);
        return Over(sample.Image, paint, known);
    }

    /// <summary>
    /// The image in grey. Where the labels of two models differ, green is what the second one improves, red what it spoils, blue what
    /// both have wrong or nobody knows. The caller disposes it.
    /// </summary>
    public static Mat Of(Sample sample, Mat first, Mat second)
    {
        using Mat differ = new(), right = new(), paint = new(sample.Image.Size(), MatType.CV_8UC3, Other);
        Cv2.Compare(sample.Labels, first, right, CmpTypes.EQ);
        paint.SetTo(Wrong, right);
        Cv2.Compare(sample.Labels, second, right, CmpTypes.EQ);
        paint.SetTo(Right, right);
        Cv2.Compare(first, second, differ, CmpTypes.NE);
        return Over(sample.Image, paint, differ);
    }

    private static Mat Known(Mat truth, int classes)
    {
        Mat known = new();
        Cv2.InRange(truth, new Scalar(0), new Scalar(classes - 1), known);
        return known;
    }

    private static Mat Over(Mat image, Mat paint, Mat where)
    {
        Mat map = new();
        using Mat grey = new(), mixed = new();
        Cv2.CvtColor(image, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.CvtColor(grey, map, ColorConversionCodes.GRAY2BGR);
        Cv2.AddWeighted(map, 0.5, paint, 0.5, 0, mixed);
        mixed.CopyTo(map, where);
        return map;
    }
}
