using OpenCvSharp;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Inference;

/// <summary>
/// What the network reads and says where that is not just the scaled picture: the picture between bars, or its middle. Bars are mid-grey;
/// what is cropped away gets <see cref="Unlabelled"/>, with no confidence.
/// </summary>
internal sealed class NetworkFrame : IDisposable
{
    /// <summary>The label of pixels that the network did not see; no class has it.</summary>
    public const byte Unlabelled = 255;

    private const double MidGrey = 127;

    /// <summary>The part that picture and network share, in the coordinates of each.</summary>
    private readonly Rect _inPicture, _inNetwork;

    public NetworkFrame(FrameGeometry g)
    {
        (int x, int y) = g.Offset;
        int width = Math.Min(g.Width, g.NetworkWidth), height = Math.Min(g.Height, g.NetworkHeight);
        _inPicture = new Rect(Math.Max(0, -x), Math.Max(0, -y), width, height);
        _inNetwork = new Rect(Math.Max(0, x), Math.Max(0, y), width, height);
        Input = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC3, Scalar.All(MidGrey));
        Labels = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC1);
        Confidence = new Mat(g.NetworkHeight, g.NetworkWidth, MatType.CV_8UC1);
    }

    /// <summary>8-bit BGR.</summary>
    public Mat Input { get; }

    public Mat Labels { get; }

    public Mat Confidence { get; }

    /// <summary>Copies the scaled picture to where the network reads it.</summary>
    public void Put(Mat picture)
    {
        using Mat from = new(picture, _inPicture), to = new(Input, _inNetwork);
        from.CopyTo(to);
    }

    /// <summary>Copies what the network said to where it belongs in the picture.</summary>
    public void Take(Mat labels, Mat confidence)
    {
        if (_inPicture.Size != labels.Size())
        {
            labels.SetTo(Scalar.All(Unlabelled));
            confidence.SetTo(Scalar.All(0));
        }

        Move(Labels, labels);
        Move(Confidence, confidence);
    }

    public void Dispose()
    {
        Input.Dispose();
        Labels.Dispose();
        Confidence.Dispose();
    }

    private void Move(Mat network, Mat picture)
    {
        using Mat from = new(network, _inNetwork), to = new(picture, _inPicture);
        from.CopyTo(to);
    }
}
