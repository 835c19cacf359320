using System.Globalization;

namespace RealtimeSeg.Sources;

/// <summary>Opens what the command line names.</summary>
public static class SourceFactory
{
    /// <param name="uri">Camera index, /dev/videoN, network stream (http://, rtsp://, …), synth://[seed], video file, picture, folder, glob or NAME%06d.png.</param>
    /// <param name="options">How it is to be read.</param>
    /// <param name="stop">Set when the run ends: a live source then stops trying to come back.</param>
    /// <exception cref="UserError">Nothing there, or unreadable.</exception>
    public static ISource Open(string uri, SourceOptions options, WaitHandle stop)
    {
        if (options.FramesPerSecond is <= 0 or > 1000) throw new UserError($"--fps {options.FramesPerSecond}: give frames a second, above 0 and up to 1000");
        if (options.Times is 0 or < -1) throw new UserError($"--loop {options.Times}: give how often to play it, or -1 for ever");
        if (!(options.Start >= 0)) throw new UserError($"--start {options.Start}: it cannot be negative");
        if (FlippedSource.Parse(options.Flip) is { } flip) return new FlippedSource(OpenUpright(uri, options, stop), flip);
        return OpenUpright(uri, options, stop);
    }

    private static ISource OpenUpright(string uri, SourceOptions options, WaitHandle stop)
    {
        double? rate = options.FramesPerSecond;
        if (CameraIndex(uri) is { } camera) return new ReconnectingSource(() => new CameraSource(camera, rate, options.Camera), stop);
        if (StreamSource.Matches(uri)) return new ReconnectingSource(() => new StreamSource(uri, rate), stop);
        return options.Times == 1 ? OpenRecording(uri, options) : new RepeatingSource(() => OpenRecording(uri, options), options.Times);
    }

    private static ISource OpenRecording(string uri, SourceOptions options)
    {
        double? rate = options.FramesPerSecond;
        ISource source = uri.StartsWith(StreetSource.Scheme, StringComparison.Ordinal) ? new StreetSource(uri, rate)
            : ImageSource.Matches(uri) ? new ImageSource(uri, rate)
            : new VideoSource(uri, rate);
        if (options.Start > 0 && !source.Seek(options.Start))
        {
            source.Dispose();
            throw new UserError($"--start {options.Start}: {uri} is not that long, or cannot be entered in the middle");
        }

        return source;
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
