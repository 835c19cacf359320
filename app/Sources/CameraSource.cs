using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>A V4L2 camera.</summary>
public sealed class CameraSource : ISource
{
    private readonly VideoCapture _capture;

    public CameraSource(int index, double? framesPerSecond, (int Width, int Height)? size = null)
    {
        Name = $"/dev/video{index}";
        _capture = new VideoCapture(index, VideoCaptureAPIs.V4L2);
        if (!_capture.IsOpened())
        {
            _capture.Dispose();
            string[] there = Directory.Exists("/dev") ? Directory.GetFiles("/dev", "video*") : [];
            Array.Sort(there, StringComparer.Ordinal);
            string seen = there.Length > 0 ? $"this machine has {string.Join(", ", there)}" : "this machine has no camera; replay a file instead";
            throw new UserError($"no camera {Name}: {seen}");
        }

        // Compressed transfer where the camera offers it: raw pictures of any size do not fit USB 2 at full rate.
        _capture.Set(VideoCaptureProperties.FourCC, VideoWriter.FourCC('M', 'J', 'P', 'G'));
        _capture.Set(VideoCaptureProperties.BufferSize, 1);
        if (size is { } wanted)
        {
            // The camera takes the nearest size that it has.
            _capture.Set(VideoCaptureProperties.FrameWidth, wanted.Width);
            _capture.Set(VideoCaptureProperties.FrameHeight, wanted.Height);
        }

        if (framesPerSecond is { } fps) _capture.Set(VideoCaptureProperties.Fps, fps);
        FramesPerSecond = framesPerSecond ?? Math.Max(0, _capture.Fps);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => true;

    public string? Status => null;

    public bool Read(Mat image) => _capture.Read(image) && !image.Empty();

    public string? EndNote(long frames) => $"{Name} stopped after {frames} frames: is it still plugged in?";

    public void Dispose() => _capture.Dispose();
}
