using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Inference;

/// <summary>
/// Compares images with one that is remembered, cell by cell: noise averages out within a cell, a small thing that moves does not.
/// </summary>
internal sealed class StillDetector : IDisposable
{
    /// <summary>Side of a cell in pixels.</summary>
    private const int Cell = 8;

    /// <summary>Largest difference of a cell's mean, in 0–255, that noise explains.</summary>
    private const double Noise = 6;

    private readonly Mat _remembered = new(), _cells = new(), _difference = new();

    /// <param name="image">8-bit BGR.</param>
    /// <param name="size">That it is scaled to, in pixels, as far as cells are concerned.</param>
    public void Remember(Mat image, Size size) => Shrink(image, size, _remembered);

    /// <summary>Whether an image shows the same as the one that is remembered; false if none is.</summary>
    public bool IsStill(Mat image, Size size)
    {
        Shrink(image, size, _cells);
        if (_cells.Size() != _remembered.Size()) return false;
        Cv2.Absdiff(_cells, _remembered, _difference);
        using Mat plane = _difference.Reshape(1);
        plane.MinMaxLoc(out _, out double most);
        return most <= Noise;
    }

    public void Dispose()
    {
        _remembered.Dispose();
        _cells.Dispose();
        _difference.Dispose();
    }

    private static void Shrink(Mat image, Size size, Mat cells)
    {
        Size count = new(Math.Max(1, size.Width / Cell), Math.Max(1, size.Height / Cell));
        FrameFit.Resize(image, cells, count, InterpolationFlags.Area);
    }
}
