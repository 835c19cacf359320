using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>
/// Images from the network, as they arrive. One thread receives, another may decode; any may dispose, which ends the receiving.
/// </summary>
internal interface IImageFeed : IDisposable
{
    /// <summary>Returns when the next image is complete; false at the end, or if what follows is not valid.</summary>
    /// <exception cref="UserError">There is nothing to connect to.</exception>
    bool Receive(ReceivedImage into);

    /// <summary>Makes 8-bit BGR of a received image; false if it is damaged.</summary>
    bool Decode(ReceivedImage image, Mat bgr);
}

/// <summary>An image as it arrived; its buffer is used again.</summary>
internal sealed class ReceivedImage
{
    private byte[] _bytes = [];

    /// <summary>When its last byte arrived, by <see cref="Frames.WallClock.Timestamp"/>.</summary>
    public long Arrived { get; set; }

    /// <summary>Its bytes.</summary>
    public Span<byte> Bytes => _bytes.AsSpan(0, Length);

    public int Length { get; private set; }

    /// <summary>Makes room for an image, and gives it.</summary>
    public Span<byte> OfLength(int length)
    {
        if (_bytes.Length < length) _bytes = new byte[length + (length / 4)];
        Length = length;
        return Bytes;
    }
}
