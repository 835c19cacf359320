using OpenCvSharp;

namespace RealtimeSeg.Core.Contract;

/// <summary>The one rule by which images change size, in training, evaluation and the app.</summary>
public static class FrameFit
{
    /// <summary>Shrinks by the mean over each new pixel's area, enlarges bilinearly.</summary>
    /// <param name="image">8-bit image.</param>
    /// <param name="target">Filled; its buffer is reused where it has the size already.</param>
    /// <param name="size">In pixels.</param>
    public static void Resize(Mat image, Mat target, Size size) => Cv2.Resize(image, target, size, 0, 0, Rule(image.Width > size.Width));

    /// <summary>The same for parts of images, whose rounded sizes do not tell whether they shrink.</summary>
    public static InterpolationFlags Rule(bool shrinks) => shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear;
}
