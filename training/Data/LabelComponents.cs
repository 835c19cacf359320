using OpenCvSharp;

namespace RealtimeSeg.Training.Data;

/// <summary>An object in a label image: a connected component of one class.</summary>
/// <param name="Id">Its value in <see cref="LabelComponents.Map"/>, from 1.</param>
/// <param name="Area">In pixels.</param>
/// <param name="Box">Its bounding box.</param>
public readonly record struct LabelComponent(int Id, int Area, Rect Box);

/// <summary>Finds the connected components (8-connectivity) of a class in label images, with buffers that are used again.</summary>
public sealed class LabelComponents : IDisposable
{
    private readonly Mat _mask = new(), _stats = new(), _centres = new();

    /// <summary>For each pixel of the last label image the component that it belongs to, 32-bit; 0 for none.</summary>
    public Mat Map { get; } = new();

    /// <summary>The components of at least <paramref name="smallestArea"/> pixels.</summary>
    public IReadOnlyList<LabelComponent> Of(Mat labels, int label, int smallestArea)
    {
        Cv2.InRange(labels, new Scalar(label), new Scalar(label), _mask);
        int count = Cv2.ConnectedComponentsWithStats(_mask, Map, _stats, _centres);
        return [.. Enumerable.Range(1, Math.Max(0, count - 1)).Select(Component).Where(c => c.Area >= smallestArea)];
    }

    public void Dispose()
    {
        foreach (Mat m in (Mat[])[_mask, _stats, _centres, Map]) m.Dispose();
    }

    private LabelComponent Component(int id)
    {
        int At(ConnectedComponentsTypes what) => _stats.At<int>(id, (int)what);
        Point corner = new(At(ConnectedComponentsTypes.Left), At(ConnectedComponentsTypes.Top));
        Size size = new(At(ConnectedComponentsTypes.Width), At(ConnectedComponentsTypes.Height));
        return new LabelComponent(id, At(ConnectedComponentsTypes.Area), new Rect(corner, size));
    }
}
