using OpenCvSharp;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Fits images of another size into that of a stream, whose frames are all alike: whole, between black bars.</summary>
internal sealed class FrameFitter : IDisposable
{
    private readonly Mat _fitted = new();

    /// <param name="rgba">Of the image, top row first.</param>
    /// <param name="from">Its size in pixels.</param>
    /// <param name="to">Size of the stream.</param>
    /// <returns>The same pixels if the sizes are; otherwise others, until the next call.</returns>
    public unsafe ReadOnlySpan<byte> Fit(ReadOnlySpan<byte> rgba, (int Width, int Height) from, (int Width, int Height) to)
    {
        if (from == to) return rgba;
        Placement place = Placement.Within(to, from);
        _fitted.Create(to.Height, to.Width, MatType.CV_8UC4);
        _fitted.SetTo(new Scalar(0, 0, 0, byte.MaxValue));
        fixed (byte* p = rgba)
        {
            using Mat image = Mat.FromPixelData(from.Height, from.Width, MatType.CV_8UC4, (nint)p);
            using Mat inside = new(_fitted, new Rect(place.X, place.Y, place.Width, place.Height));
            bool shrinks = place.Width < from.Width;
            Cv2.Resize(image, inside, inside.Size(), 0, 0, shrinks ? InterpolationFlags.Area : InterpolationFlags.Linear);
        }

        return _fitted.AsSpan<byte>();
    }

    public void Dispose() => _fitted.Dispose();
}
