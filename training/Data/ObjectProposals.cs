using OpenCvSharp;
using OpenCvSharp.XImgProc;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// Boxes that likely hold an object each, without knowing its class: edge boxes (Zitnick and Dollár 2014), as in DeconvNet's paper. Its
/// edges come from a learned detector, whose weights OpenCV does not bring; here they are Canny's, as strong as their gradient.
/// </summary>
public static class ObjectProposals
{
    /// <summary>How much larger a box is cut out than it is, in DeconvNet's training and inference.</summary>
    public const double Margin = 1.2;

    // Of Canny and the smoothing before it, in grey levels and pixels.
    private const double WeakEdge = 30, StrongEdge = 80, Blur = 2;

    // The paper's, section 4; beta would let two boxes overlap by so much.
    private const float SlidingStep = 0.65f, Beta = 0.75f, SmallestScore = 0.01f;
    private const int SmallestArea = 1000;

    /// <summary>The best boxes of an 8-bit BGR image, in falling order of their score.</summary>
    /// <param name="image">At least 16 pixels on each side; a smaller one has no proposal.</param>
    /// <param name="most">Number of boxes that are returned at most.</param>
    public static IReadOnlyList<Rect> Of(Mat image, int most)
    {
        if (image.Width < 16 || image.Height < 16) return [];
        using Mat edges = new(), direction = new();
        FindEdges(image, edges, direction);
        using EdgeBoxes finder = EdgeBoxes.Create(SlidingStep, Beta, minScore: SmallestScore, maxBoxes: most, minBoxArea: SmallestArea);
        finder.GetBoundingBoxes(edges, direction, out Rect[] boxes);
        return boxes;
    }

    /// <summary>Intersection over union of two boxes, 0 to 1.</summary>
    public static double Overlap(Rect a, Rect b)
    {
        double common = Area(a & b);
        return common / (Area(a) + Area(b) - common);
    }

    /// <summary>A box about the same centre, so many times as wide and high; it may end outside of the image.</summary>
    /// <param name="box">In pixels.</param>
    /// <param name="factor">Of both sides.</param>
    /// <param name="smallestSide">Sides are not shorter than this.</param>
    public static Rect Enlarge(Rect box, double factor, int smallestSide = 0)
    {
        double width = Math.Max(smallestSide, box.Width * factor), height = Math.Max(smallestSide, box.Height * factor);
        double x = box.X + (box.Width / 2.0), y = box.Y + (box.Height / 2.0);
        return new Rect((int)(x - (width / 2)), (int)(y - (height / 2)), (int)width, (int)height);
    }

    /// <param name="image">8-bit BGR.</param>
    /// <param name="edges">Becomes the strength of the edges, 0 to 1, in 32-bit floats.</param>
    /// <param name="direction">Becomes the direction across them, 0 to π.</param>
    private static void FindEdges(Mat image, Mat edges, Mat direction)
    {
        using Mat grey = new(), dx = new(), dy = new(), strength = new(), thin = new();
        Cv2.CvtColor(image, grey, ColorConversionCodes.BGR2GRAY);
        Cv2.GaussianBlur(grey, grey, default, Blur);
        Cv2.Canny(grey, thin, WeakEdge, StrongEdge);
        Cv2.Sobel(grey, dx, MatType.CV_32F, 1, 0);
        Cv2.Sobel(grey, dy, MatType.CV_32F, 0, 1);
        Cv2.CartToPolar(dx, dy, strength, direction);
        Cv2.Normalize(strength, strength, 0, 1, NormTypes.MinMax);
        Cv2.Sqrt(strength, strength); // faint outlines count, too
        edges.Create(image.Size(), MatType.CV_32FC1);
        edges.SetTo(Scalar.Black);
        strength.CopyTo(edges, thin);
        foreach (ref float angle in direction.AsSpan<float>()) angle %= MathF.PI;
    }

    private static double Area(Rect box) => box.Width * (double)box.Height;
}
