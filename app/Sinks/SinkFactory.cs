using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Opens what the command line names as output.</summary>
public static class SinkFactory
{
    public const string Null = "null", VideoNames = VideoTarget.Names;

    /// <param name="uri">A video (see <see cref="VideoTarget"/>), FILE.png (the last frame), NAME%06d.png (a sequence) or null.</param>
    /// <param name="framesPerSecond">For video.</param>
    /// <param name="video">How it is encoded.</param>
    public static ISink Open(string uri, double framesPerSecond, VideoOptions video)
    {
        if (uri == Null) return new NullSink();
        bool picture = uri.EndsWith(".png", StringComparison.OrdinalIgnoreCase);
        if (!picture && !VideoTarget.Matches(uri)) throw new UserError($"cannot write {uri}: outputs are {VideoTarget.Names}, FILE.png, NAME%06d.png or null");
        if (picture || VideoTarget.Of(uri).IsFile) CheckWritable(uri);
        return picture ? new ImageSink(uri) : new VideoSink(uri, framesPerSecond, video);
    }

    /// <summary>Whether everything named can hold transparency.</summary>
    public static bool HoldAlpha(IReadOnlyList<string> uris)
        => uris.Count > 0 && uris.All(u => u.EndsWith(".png", StringComparison.OrdinalIgnoreCase) || VideoTarget.HoldsAlpha(u));

    /// <summary>Labels of each frame, as pictures in a folder.</summary>
    public static ISink Labels(string folder)
    {
        CheckWritable(Path.Combine(folder, "000000.png"));
        return new LabelSink(folder);
    }

    /// <summary>Class shares of each frame, as a table.</summary>
    public static ISink Stats(string path, double framesPerSecond)
    {
        CheckWritable(path);
        return new StatsSink(path, framesPerSecond);
    }

    /// <summary>A window to show pictures in.</summary>
    public static ISink Window(IGlContext context) => new WindowSink(context);

    private static void CheckWritable(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            Directory.CreateDirectory(folder);
            string probe = Path.Combine(folder, $".rtseg-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }
}
