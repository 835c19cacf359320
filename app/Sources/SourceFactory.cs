using System.Globalization;

namespace RealtimeSeg.Sources;

/// <summary>Opens what the command line names.</summary>
public static class SourceFactory
{
    /// <param name="uri">Camera index, /dev/videoN, network stream (http://, rtsp://, …), synth://[seed], video file, picture, folder or glob.</param>
    /// <param name="framesPerSecond">Overrides the source's own pace; null keeps it.</param>
    /// <param name="stop">Set when the run ends: a live source then stops trying to come back.</param>
    /// <exception cref="UserError">Nothing there, or unreadable.</exception>
    public static ISource Open(string uri, double? framesPerSecond, WaitHandle stop)
    {
        if (framesPerSecond is <= 0 or > 1000) throw new UserError($"--fps {framesPerSecond}: give frames a second, above 0 and up to 1000");
        if (CameraIndex(uri) is { } camera) return new ReconnectingSource(() => new CameraSource(camera, framesPerSecond), stop);
        if (StreamSource.Matches(uri)) return new ReconnectingSource(() => new StreamSource(uri, framesPerSecond), stop);
        if (uri.StartsWith(StreetSource.Scheme, StringComparison.Ordinal)) return new StreetSource(uri, framesPerSecond);
        if (ImageSource.Matches(uri)) return new ImageSource(uri, framesPerSecond);
        return new VideoSource(uri, framesPerSecond);
    }

    /// <summary>N of "N", "/dev/videoN" or "v4l2:///dev/videoN".</summary>
    private static int? CameraIndex(string uri)
    {
        const string Device = "/dev/video", Scheme = "v4l2://";
        string name = uri.StartsWith(Scheme, StringComparison.Ordinal) ? uri[Scheme.Length..] : uri;
        if (name.StartsWith(Device, StringComparison.Ordinal)) name = name[Device.Length..];
        else if (name.Length != uri.Length) throw new UserError($"{uri}: a camera is v4l2:///dev/videoN, /dev/videoN or just N");
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : null;
    }
}
