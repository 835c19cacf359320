using OpenCvSharp;

namespace RealtimeSeg.Sinks;

/// <summary>
/// Connected components of a class by OpenCV: pixels that touch by an edge or a corner, their border by Suzuki and Abe (1985), made
/// simpler by Douglas and Peucker (1973).
/// </summary>
/// <param name="simplify">How far a border may leave the true one, in pixels of the frame.</param>
/// <param name="leastArea">Smaller components are left out, in square pixels of the frame.</param>
internal sealed class ComponentFinder(double simplify, double leastArea) : IDisposable
{
    private readonly Mat _mask = new(), _numbers = new(), _facts = new(), _centroids = new(), _one = new();

    /// <summary>The components of a class, the largest first.</summary>
    /// <param name="labels">Class of each pixel, 8-bit.</param>
    /// <param name="confidence">Probability of it in 0–255, of the same size; null if it is not known.</param>
    /// <param name="label">The class.</param>
    /// <param name="frame">Size of the frame, which the labels cover.</param>
    public IReadOnlyList<Component> Find(Mat labels, Mat? confidence, byte label, Size frame)
    {
        (double right, double down) = ((double)frame.Width / labels.Width, (double)frame.Height / labels.Height);
        Cv2.Compare(labels, new Scalar(label), _mask, CmpTypes.EQ);
        int count = Cv2.ConnectedComponentsWithStats(_mask, _numbers, _facts, _centroids, PixelConnectivity.Connectivity8, MatType.CV_32S);
        List<Component> found = [];
        for (int i = 1; i < count; i++) // 0 is all the rest
        {
            double area = Fact(i, ConnectedComponentsTypes.Area) * right * down;
            if (area < leastArea) continue;
            Rect box = new(
                Fact(i, ConnectedComponentsTypes.Left),
                Fact(i, ConnectedComponentsTypes.Top),
                Fact(i, ConnectedComponentsTypes.Width),
                Fact(i, ConnectedComponentsTypes.Height));
            using Mat numbers = new(_numbers, box);
            Cv2.Compare(numbers, new Scalar(i), _one, CmpTypes.EQ);
            found.Add(new Component(
                new Rect2d(box.X * right, box.Y * down, box.Width * right, box.Height * down),
                area,
                Placed(_centroids.At<double>(i, 0), _centroids.At<double>(i, 1)),
                [.. Border(box, Math.Max(right, down)).Select(p => Placed(p.X, p.Y))],
                confidence is null ? null : Mean(confidence, box)));
        }

        found.Sort((a, b) => b.Area.CompareTo(a.Area));
        return found;

        Point2d Placed(double x, double y) => new((x + 0.5) * right, (y + 0.5) * down); // the middle of a pixel
    }

    public void Dispose()
    {
        _mask.Dispose();
        _numbers.Dispose();
        _facts.Dispose();
        _centroids.Dispose();
        _one.Dispose();
    }

    private int Fact(int component, ConnectedComponentsTypes which) => _facts.At<int>(component, (int)which);

    private double Mean(Mat confidence, Rect box)
    {
        using Mat part = new(confidence, box);
        return Cv2.Mean(part, _one).Val0 / byte.MaxValue;
    }

    /// <summary>The outer border of the component in <see cref="_one"/>, in pixels of the labels.</summary>
    private Point[] Border(Rect box, double scale)
    {
        Cv2.FindContours(
            _one, out Point[][] borders, out _, RetrievalModes.External, ContourApproximationModes.ApproxSimple, new Point(box.X, box.Y));
        Point[] outer = borders.MaxBy(b => b.Length) ?? [];
        return simplify > 0 ? Cv2.ApproxPolyDP(outer, simplify / scale, closed: true) : outer;
    }
}
