using OpenCvSharp;

namespace RealtimeSeg.Video;

/// <summary>Takes the pixels of frames that ffmpeg decoded.</summary>
/// <param name="conversion">Of I420; null if they are BGR.</param>
internal sealed class FramePixels(YuvConversion? conversion)
{
    private byte[] _planes = [];

    public bool IsPlanar => conversion is not null;

    /// <summary>That ffmpeg is to be told to write: 12 for I420, 24 for BGR.</summary>
    public int BitsPerPixel => conversion is null ? 24 : 12;

    /// <summary>Reads those of the frame whose head was read last, as 8-bit BGR; false if the stream ends before their end.</summary>
    public unsafe bool Read(MatroskaReader frames, Mat image)
    {
        (int width, int height) = frames.Size;
        if (conversion is null)
        {
            image.Create(height, width, MatType.CV_8UC3);
            return frames.Read(new Span<byte>(image.DataPointer, checked((int)frames.FrameBytes)));
        }

        if (_planes.Length == 0) _planes = new byte[YuvConversion.Bytes(width, height)];
        if (!frames.Read(_planes)) return false;
        conversion.Convert(_planes, width, height, image);
        return true;
    }
}
