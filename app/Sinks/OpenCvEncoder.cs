using OpenCvSharp;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>OpenCV as an encoder of MPEG-4 part 2 in .mp4, for machines without the ffmpeg program.</summary>
internal sealed class OpenCvEncoder : IVideoEncoder
{
    private readonly VideoWriter _writer;

    /// <param name="name">The output as the user named it.</param>
    /// <param name="file">The file to write.</param>
    /// <param name="size">Of every frame, in pixels.</param>
    /// <param name="framesPerSecond">Of the video.</param>
    /// <exception cref="UserError">Another format than .mp4, or the encoder does not open.</exception>
    public OpenCvEncoder(string name, string file, (int Width, int Height) size, double framesPerSecond)
    {
        if (!name.EndsWith(".mp4", StringComparison.OrdinalIgnoreCase))
            throw UserError.CannotWrite(name, $"it needs the ffmpeg program ({Ffmpeg.Install}); only .mp4 works without it");
        _writer = new VideoWriter(file, VideoWriter.FourCC('m', 'p', '4', 'v'), framesPerSecond, new Size(size.Width, size.Height));
        if (_writer.IsOpened()) return;
        _writer.Dispose();
        throw UserError.CannotWrite(name, $"OpenCV's MPEG-4 encoder does not open; {Ffmpeg.Install}");
    }

    public unsafe void Write(Renderer renderer)
    {
        fixed (byte* p = renderer.Pixels())
        {
            using Mat image = Mat.FromPixelData(renderer.Target!.Height, renderer.Target.Width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(image, bgr, ColorConversionCodes.RGBA2BGR);
            _writer.Write(bgr);
        }
    }

    public void Finish() => _writer.Release();

    public void Dispose() => _writer.Dispose();
}
