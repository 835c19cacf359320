using OpenCvSharp;

namespace RealtimeSeg.Core.Contract;

/// <summary>Maps of classes, one byte per pixel.</summary>
public static class LabelMap
{
    /// <summary>
    /// OpenCV's INTER_NEAREST_EXACT, which the binding lacks: takes the pixel under the centre of the new one, as the interpolation of
    /// images does. INTER_NEAREST takes the one under its corner, half a pixel off.
    /// </summary>
    public const InterpolationFlags Nearest = (InterpolationFlags)6;

    /// <summary>Resizes a map or a mask.</summary>
    public static void Resize(Mat labels, Mat target, Size size) => FrameFit.Resize(labels, target, size, Nearest);
}
