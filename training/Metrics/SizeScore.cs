using OpenCvSharp;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Intersection over union by object size. An object is a connected component of the truth; its union counts the predicted pixels of
/// its class in its bounding box, enlarged by a tenth, that belong to no other object of that class. The three groups are terciles of area.
/// </summary>
public sealed class SizeScore(int classes)
{
    private const int SmallestArea = 16;
    private readonly List<(int Area, double Iu)> _objects = [];

    /// <summary>Mean IU of the third of the objects that is smallest, of the middle one, and of the largest; NaN without objects.</summary>
    public (double Small, double Medium, double Large) Terciles
    {
        get
        {
            double[] byArea = [.. _objects.OrderBy(o => o.Area).Select(o => o.Iu)];
            double Part(int third) => byArea[(third * byArea.Length / 3)..((third + 1) * byArea.Length / 3)].DefaultIfEmpty(double.NaN).Average();
            return (Part(0), Part(1), Part(2));
        }
    }

    /// <summary>The areas in pixels that part the terciles.</summary>
    public (int Medium, int Large) Bounds
    {
        get
        {
            int[] areas = [.. _objects.Select(o => o.Area).Order()];
            return areas.Length == 0 ? (0, 0) : (areas[areas.Length / 3], areas[2 * areas.Length / 3]);
        }
    }

    /// <param name="truth">8-bit labels.</param>
    /// <param name="predicted">8-bit labels of the same size.</param>
    public void Add(Mat truth, Mat predicted)
    {
        using Mat mask = new(), components = new(), stats = new(), centres = new();
        for (int c = 0; c < classes; c++)
        {
            Cv2.InRange(truth, new Scalar(c), new Scalar(c), mask);
            int count = Cv2.ConnectedComponentsWithStats(mask, components, stats, centres);
            for (int i = 1; i < count; i++)
            {
                int At(ConnectedComponentsTypes what) => stats.At<int>(i, (int)what);
                int area = At(ConnectedComponentsTypes.Area);
                if (area < SmallestArea) continue;
                Rect box = new(At(ConnectedComponentsTypes.Left), At(ConnectedComponentsTypes.Top), At(ConnectedComponentsTypes.Width), At(ConnectedComponentsTypes.Height));
                box.Inflate(1 + (box.Width / 20), 1 + (box.Height / 20));
                box &= new Rect(0, 0, truth.Width, truth.Height);
                _objects.Add((area, Iu(truth, predicted, components, box, (byte)c, i)));
            }
        }
    }

    private static double Iu(Mat truth, Mat predicted, Mat components, Rect box, byte label, int component)
    {
        long both = 0, either = 0;
        for (int y = box.Top; y < box.Bottom; y++)
        {
            ReadOnlySpan<byte> t = truth.Row<byte>(y), p = predicted.Row<byte>(y);
            ReadOnlySpan<int> owner = components.Row<int>(y);
            for (int x = box.Left; x < box.Right; x++)
            {
                bool mine = owner[x] == component, hit = p[x] == label;
                if (mine && hit) both++;
                if (mine || (hit && t[x] != label && t[x] != Data.ClassMap.Ignore)) either++;
            }
        }

        return both / (double)Math.Max(1, either);
    }
}
