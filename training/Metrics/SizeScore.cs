using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Intersection over union by object size. An object is a connected component of the truth; its union counts the predicted pixels of
/// its class in its bounding box, enlarged by a tenth, that belong to no other object of that class. The three groups are terciles
/// of area.
/// </summary>
public sealed class SizeScore(int classes) : IDisposable
{
    private const int SmallestArea = 16;
    private readonly LabelComponents _components = new();
    private readonly List<(int Area, double Iu)> _objects = [];

    /// <summary>mIoU of the smallest third of the objects, of the middle third and of the largest; NaN without objects.</summary>
    public (double Small, double Medium, double Large) Terciles
    {
        get
        {
            double[] byArea = [.. _objects.OrderBy(o => o.Area).Select(o => o.Iu)];
            int Start(int third) => third * byArea.Length / 3;
            double Mean(int third) => byArea[Start(third)..Start(third + 1)].DefaultIfEmpty(double.NaN).Average();
            return (Mean(0), Mean(1), Mean(2));
        }
    }

    /// <summary>The smallest areas in pixels of a medium and of a large object.</summary>
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
        for (int c = 0; c < classes; c++)
        {
            foreach (LabelComponent thing in _components.Of(truth, c, SmallestArea))
                _objects.Add((thing.Area, Iu(truth, predicted, thing, (byte)c)));
        }
    }

    public void Dispose() => _components.Dispose();

    private double Iu(Mat truth, Mat predicted, LabelComponent thing, byte label)
    {
        Rect box = Enlarged(thing.Box) & new Rect(0, 0, truth.Width, truth.Height);
        long both = 0, either = 0;
        for (int y = box.Top; y < box.Bottom; y++)
        {
            ReadOnlySpan<byte> t = truth.Row<byte>(y), p = predicted.Row<byte>(y);
            ReadOnlySpan<int> owner = _components.Map.Row<int>(y);
            for (int x = box.Left; x < box.Right; x++)
            {
                bool inObject = owner[x] == thing.Id, hit = p[x] == label;
                if (inObject && hit) both++;
                if (inObject || (hit && t[x] != label && t[x] != ClassMap.Ignore)) either++;
            }
        }

        return both / (double)Math.Max(1, either);
    }

    /// <summary>The box with a margin of a twentieth, and a pixel, on each side.</summary>
    private static Rect Enlarged(Rect box)
    {
        box.Inflate(1 + (box.Width / 20), 1 + (box.Height / 20));
        return box;
    }
}
