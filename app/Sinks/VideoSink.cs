using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>
/// A video file, a network stream or a loopback camera, by the ffmpeg program; without it, .mp4 by OpenCV as MPEG-4 part 2. Files are
/// written under a temporary name and renamed when complete.
/// </summary>
public sealed class VideoSink : ISink
{
    private readonly string _name;
    private readonly double _framesPerSecond;
    private readonly VideoOptions _options;
    private readonly VideoTarget _target;
    private readonly PartialFile? _file;
    private IVideoEncoder? _encoder;

    /// <param name="name">A name that <see cref="VideoTarget"/> takes.</param>
    /// <param name="framesPerSecond">Of the video.</param>
    /// <param name="options">How it is encoded.</param>
    public VideoSink(string name, double framesPerSecond, VideoOptions options)
    {
        (_name, _framesPerSecond, _options) = (name, framesPerSecond, options);
        _target = VideoTarget.Of(name);
        _file = _target.IsFile ? new PartialFile(name) : null;
    }

    public void Present(Renderer renderer, FrameSlot slot)
    {
        _encoder ??= Open((renderer.Target!.Width, renderer.Target.Height));
        _encoder.Write(renderer);
    }

    public string? Finish()
    {
        if (_encoder is null) return null;
        _encoder.Finish();
        _file?.Complete();
        return _name;
    }

    public void Dispose()
    {
        _encoder?.Dispose();
        _file?.Dispose();
    }

    /// <summary>Opens the encoder at the first frame, whose size the video has.</summary>
    private IVideoEncoder Open((int Width, int Height) size)
    {
        string output = _file?.TemporaryPath ?? _name;
        return Ffmpeg.HasH264()
            ? new FfmpegEncoder(_name, output, _target, _options, size, _framesPerSecond)
            : new OpenCvEncoder(_name, output, size, _framesPerSecond);
    }
}
