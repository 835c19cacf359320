using OpenCvSharp;

namespace RealtimeSeg.Inference;

/// <summary>Whether a picture looks as one that was remembered: compared cell by cell, so that noise averages out but a small thing that moves does not.</summary>
public sealed class StillDetector : IDisposable
{
    private const int Cell = 8;
    private const double Noise = 6;
    private readonly Mat _remembered = new(), _cells = new(), _difference = new();

    public void Remember(Mat picture) => Shrink(picture, _remembered);

    public bool IsStill(Mat picture)
    {
        Shrink(picture, _cells);
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

    private static void Shrink(Mat picture, Mat cells)
        => Cv2.Resize(picture, cells, new Size(Math.Max(1, picture.Width / Cell), Math.Max(1, picture.Height / Cell)), 0, 0, InterpolationFlags.Area);
}
