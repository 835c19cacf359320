using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Boundary F1, or BF score (Csurka et al. 2013, "What is a good evaluation measure for semantic segmentation?"): for each class of
/// an image, precision and recall of its outline within a tolerance of 0.75 % of the image's diagonal; a class's score is the mean
/// over the images in which the truth or the prediction has it: one that is predicted where it is not costs as much as one that is
/// missed. Outlines along ignored pixels do not count.
/// </summary>
/// <param name="classes">Their number.</param>
/// <param name="canShow">Whether the truth can contain a class; null for all. Others have no score.</param>
public sealed class BoundaryScore(int classes, Func<int, bool>? canShow = null) : IDisposable
{
    private const double Tolerance = 0.0075;
    private readonly double[] _sum = new double[classes];
    private readonly int[] _images = new int[classes];
    private readonly Mat _unknown = new(), _mask = new(), _truth = new(), _predicted = new(), _near = new(), _eroded = new();

    /// <summary>Mean of each class; NaN for one that appears nowhere.</summary>
    public IReadOnlyList<double> PerClass => [.. _sum.Zip(_images, (s, n) => n > 0 ? s / n : double.NaN)];

    /// <summary>Over the classes that appear somewhere.</summary>
    public double Mean => PerClass.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();

    /// <param name="truth">8-bit labels.</param>
    /// <param name="predicted">8-bit labels of the same size.</param>
    public void Add(Mat truth, Mat predicted)
    {
        double diagonal = Math.Sqrt((truth.Width * (double)truth.Width) + (truth.Height * (double)truth.Height));
        int reach = Math.Max(1, (int)Math.Round(Tolerance * diagonal));
        using Mat disc = Cv2.GetStructuringElement(MorphShapes.Ellipse, new Size((2 * reach) + 1, (2 * reach) + 1));
        Cv2.InRange(truth, new Scalar(classes), new Scalar(ClassMap.Ignore), _unknown);
        Cv2.Dilate(_unknown, _unknown, null, iterations: 2);
        for (int c = 0; c < classes; c++)
        {
            if (canShow?.Invoke(c) == false) continue;
            int inTruth = Outline(truth, c, _truth), inPrediction = Outline(predicted, c, _predicted);
            if (inTruth == 0 && inPrediction == 0) continue;
            double precision = Share(_predicted, inPrediction, _truth, disc), recall = Share(_truth, inTruth, _predicted, disc);
            _sum[c] += precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
            _images[c]++;
        }
    }

    /// <summary>Writes the mask of a class's pixels that touch another class; returns their number.</summary>
    private int Outline(Mat labels, int c, Mat outline)
    {
        Cv2.InRange(labels, new Scalar(c), new Scalar(c), _mask);
        Cv2.Erode(_mask, _eroded, null, borderType: BorderTypes.Replicate);
        Cv2.Subtract(_mask, _eroded, outline);
        outline.SetTo(Scalar.Black, _unknown);
        return Cv2.CountNonZero(outline);
    }

    /// <summary>Share of one outline's pixels that lie within the disc's radius of the other.</summary>
    private double Share(Mat outline, int count, Mat other, Mat disc)
    {
        if (count == 0) return 0;
        Cv2.Dilate(other, _near, disc);
        Cv2.BitwiseAnd(outline, _near, _near);
        return Cv2.CountNonZero(_near) / (double)count;
    }

    public void Dispose()
    {
        foreach (Mat m in (Mat[])[_unknown, _mask, _truth, _predicted, _near, _eroded]) m.Dispose();
    }
}
