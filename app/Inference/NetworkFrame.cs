using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>
/// Buffers between a slot and a network that does not read exactly the scaled image: it reads the image between bars (letterbox), or its
/// centre (crop). Bars are mid-grey; what is cropped away gets <see cref="Unlabelled"/>, with no confidence.
/// </summary>
internal sealed class NetworkFrame : IDisposable
{
    /// <summary>The label of pixels outside the network's input; no class has it.</summary>
    public const byte Unlabelled = 255;

    private const double MidGrey = 127;

    /// <summary>The part that image and network share, in the coordinates of each.</summary>
    private readonly Rect _inImage, _inNetwork;

    public NetworkFrame(FrameGeometry g)
    {
        (int x, int y) = g.Offset;
        int width = Math.Min(g.Width, g.NetworkWidth), height = Math.Min(g.Height, g.NetworkHeight);
        _inImage = new Rect(Math.Max(0, -x), Math.Max(0, -y), width, height);
        _inNetwork = new Rect(Math.Max(0, x), Math.Max(0, y), width, height);
        Input = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC3, Scalar.All(MidGrey));
        Labels = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC1);
        Confidence = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC1);
        Foreground = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC1);
    }

    /// <summary>8-bit BGR.</summary>
    public Mat Input { get; }

    public Mat Labels { get; }

    public Mat Confidence { get; }

    public Mat Foreground { get; }

    /// <summary>Copies the scaled image to where the network reads it.</summary>
    public void Put(Mat image)
    {
        using Mat from = new(image, _inImage), to = new(Input, _inNetwork);
        from.CopyTo(to);
    }

    /// <summary>Copies what the network gave to where it belongs in the image.</summary>
    public void Take(FrameSlot slot)
    {
        Take(Labels, slot.Labels, Unlabelled);
        Take(Confidence, slot.Confidence, 0);
        if (slot.ForegroundOf is not null) Take(Foreground, slot.Foreground, 0);
    }

    public void Dispose()
    {
        Input.Dispose();
        Labels.Dispose();
        Confidence.Dispose();
        Foreground.Dispose();
    }

    private void Take(Mat network, Mat image, byte unread)
    {
        if (_inImage.Size != image.Size()) image.SetTo(Scalar.All(unread));
        using Mat from = new(network, _inNetwork), to = new(image, _inImage);
        from.CopyTo(to);
    }
}
