using OpenCvSharp;

namespace RealtimeSeg.Core.Contract;

/// <summary>
/// Buffers between a slot and a network that does not read exactly the scaled image: it reads the image between bars (letterbox), or its
/// centre (crop). Bars are mid-grey; what is cropped away gets <see cref="Unlabelled"/>, with no confidence.
/// </summary>
public sealed class NetworkFrame : IDisposable
{
    /// <summary>The label of pixels outside the network's input; no class has it.</summary>
    public const byte Unlabelled = 255;

    private const double MidGrey = 127;

    /// <summary>The part that image and network share, in the coordinates of each.</summary>
    private readonly Rect _inImage, _inNetwork;

    /// <param name="g">How the image lies in what the network reads.</param>
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
    /// <param name="labels">Of the image.</param>
    /// <param name="confidence">Likewise.</param>
    /// <param name="foreground">Likewise; null if the network did not give it.</param>
    public void Take(Mat labels, Mat confidence, Mat? foreground = null)
    {
        Copy(Labels, labels, Unlabelled);
        Copy(Confidence, confidence, 0);
        if (foreground is not null) Copy(Foreground, foreground, 0);
    }

    public void Dispose()
    {
        Input.Dispose();
        Labels.Dispose();
        Confidence.Dispose();
        Foreground.Dispose();
    }

    private void Copy(Mat network, Mat image, byte unread)
    {
        if (_inImage.Size != image.Size()) image.SetTo(Scalar.All(unread));
        using Mat from = new(network, _inNetwork), to = new(image, _inImage);
        from.CopyTo(to);
    }
}
