using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A video file, decoded by the FFmpeg inside OpenCV.</summary>
public sealed class VideoSource : ISource
{
    private const double DefaultRate = 25;
    private readonly VideoCapture _capture;
    private readonly double _announced;
    private bool _sought, _ended;
    private double _index = -1;

    /// <exception cref="UserError">No file, or not a video.</exception>
    public VideoSource(string path, double? framesPerSecond)
    {
        Name = path;
        if (!File.Exists(path)) throw new UserError($"no file {path}: check the name; --help lists what else can be read");
        _capture = new VideoCapture(path, VideoCaptureAPIs.FFMPEG);
        if (!_capture.IsOpened())
        {
            _capture.Dispose();
            throw new UserError($"{path} is not a video that FFmpeg can read: convert it, or check that it is complete");
        }

        _announced = _capture.FrameCount;
        double own = _capture.Fps;
        FramesPerSecond = framesPerSecond ?? (own is > 0 and <= 1000 ? own : DefaultRate);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => new(_index / FramesPerSecond);

    public bool Read(Mat image)
    {
        _index++;
        _ended = !_capture.Read(image) || image.Empty();
        return !_ended;
    }

    public bool Seek(double seconds)
    {
        double rate = _capture.Fps > 0 ? _capture.Fps : DefaultRate, target = _capture.PosFrames + (seconds * rate);
        if (_announced > 0 && target >= _announced) return false;
        _sought = true;
        _index = Math.Max(0, Math.Round(target)) - 1;
        return _capture.Set(VideoCaptureProperties.PosFrames, _index + 1);
    }

    /// <summary>Reports a file that is shorter than its container announces; one frame more or less is rounding of the duration.</summary>
    public IReadOnlyList<string> Problems
        => _ended && !_sought && _index + 1 < _announced ? [$"{Name} breaks off: read {_index} of {_announced:F0} frames"] : [];

    public void Dispose() => _capture.Dispose();
}
