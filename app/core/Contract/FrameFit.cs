using System.Runtime.CompilerServices;
using OpenCvSharp;
using OpenCvSharp.Internal;

namespace RealtimeSeg.Core.Contract;

/// <summary>The one rule by which images change size, in training, evaluation and the app.</summary>
public static class FrameFit
{
    private static readonly ConditionalWeakTable<Mat, Arguments> Held = [];

    /// <summary>Shrinks by the mean over each new pixel's area, enlarges bilinearly.</summary>
    /// <param name="image">8-bit image.</param>
    /// <param name="target">Filled; its buffer is reused where it has the size already.</param>
    /// <param name="size">In pixels.</param>
    public static void Resize(Mat image, Mat target, Size size) => Resize(image, target, size, Rule(image.Width > size.Width));

    /// <summary>By a rule of one's own. Nothing is allocated where both images had a part in an earlier call.</summary>
    public static void Resize(Mat image, Mat target, Size size, InterpolationFlags rule)
    {
        bool shrinks = rule == InterpolationFlags.Area && size.Width <= image.Width && size.Height <= image.Height;
        if (shrinks && image.Type() == MatType.CV_8UC3 && image.IsContinuous())
        {
            if (target.Size() != size || target.Type() != image.Type()) target.Create(size, image.Type());
            Of(target).Shrink(image.Size(), size).Run(image.AsSpan<byte>(), target.AsSpan<byte>());
            return;
        }

        // As in Cv2.Resize, which would dispose its second argument.
        NativeMethods.HandleException(
            NativeMethods.imgproc_resize(Of(image).Input.CvPtr, Of(target).Output.CvPtr, size, 0, 0, (int)rule));
        GC.KeepAlive(image); // and with it, its arguments
        GC.KeepAlive(target);
    }

    /// <summary>The same for parts of images, whose rounded sizes do not tell whether they shrink.</summary>
    public static InterpolationFlags Rule(bool shrinks) => shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear;

    private static Arguments Of(Mat image) => Held.GetValue(image, static m => new Arguments(m));

    /// <summary>An image as the binding passes it on: objects that would be most of what a frame allocates.</summary>
    private sealed class Arguments(Mat image)
    {
        public InputArray Input { get; } = InputArray.Create(image);

        public OutputArray Output { get; } = OutputArray.Create(image);

        private AreaShrink? _shrink;

        /// <summary>What shrinks into this image; kept for the next of the same sizes.</summary>
        public AreaShrink Shrink(Size from, Size to)
            => _shrink is { } held && held.From == from && held.To == to ? held : _shrink = new AreaShrink(from, to);
    }
}
