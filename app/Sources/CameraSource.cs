using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A V4L2 camera: N, /dev/videoN or v4l2:///dev/videoN.</summary>
public sealed class CameraSource : ISource
{
    private const string Device = "/dev/video", Scheme = "v4l2://";
    private readonly VideoCapture _capture;

    /// <param name="uri">One of the names above.</param>
    /// <param name="framesPerSecond">Rate to request; null keeps the camera's own.</param>
    /// <param name="size">Image size to request; the camera takes the nearest that it has.</param>
    /// <exception cref="UserError">No such camera.</exception>
    public CameraSource(string uri, double? framesPerSecond, (int Width, int Height)? size = null)
    {
        int index = Index(uri) ?? throw new UserError($"{uri}: a camera is v4l2:///dev/videoN, /dev/videoN or just N");
        Name = Device + index;
        _capture = new VideoCapture(index, VideoCaptureAPIs.V4L2);
        if (!_capture.IsOpened())
        {
            _capture.Dispose();
            IReadOnlyList<string> found = Devices();
            throw new UserError(found.Count > 0
                ? $"no camera {Name}: this machine has {string.Join(", ", found)}"
                : $"no camera {Name}: this machine has none; replay a file instead");
        }

        // Compressed transfer if the camera offers it: raw images of any size do not fit USB 2 at full rate.
        _capture.Set(VideoCaptureProperties.FourCC, VideoWriter.FourCC('M', 'J', 'P', 'G'));
        _capture.Set(VideoCaptureProperties.BufferSize, 1);
        if (size is { } wanted)
        {
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

    public FrameTiming Timing => default;

    /// <summary>The machine's cameras, by the names of their devices.</summary>
    public static IReadOnlyList<string> Devices()
        => Directory.Exists("/dev") ? [.. Directory.EnumerateFiles("/dev", "video*").Order(StringComparer.Ordinal)] : [];

    public static bool Matches(string uri) => uri.StartsWith(Scheme, StringComparison.Ordinal) || Index(uri) is not null;

    public bool Read(Mat image) => _capture.Read(image) && !image.Empty();

    public void Dispose() => _capture.Dispose();

    private static int? Index(string uri)
    {
        string name = uri;
        if (uri.StartsWith(Scheme, StringComparison.Ordinal))
        {
            name = uri[Scheme.Length..];
            if (!name.StartsWith(Device, StringComparison.Ordinal)) return null;
        }

        if (name.StartsWith(Device, StringComparison.Ordinal)) name = name[Device.Length..];
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }
}
