using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Opens what the command line names as output.</summary>
public static class SinkFactory
{
    public const string Null = "null";

    /// <param name="uri">FILE.mp4, FILE.png (the last frame), NAME%06d.png (a sequence) or null.</param>
    /// <param name="framesPerSecond">For video.</param>
    public static ISink Open(string uri, double framesPerSecond)
    {
        if (uri == Null) return new NullSink();
        string extension = Path.GetExtension(uri).ToLowerInvariant();
        if (extension is not (".mp4" or ".png")) throw new UserError($"cannot write {uri}: outputs are FILE.mp4, FILE.png, NAME%06d.png or null");
        CheckWritable(uri);
        if (extension == ".mp4") return new VideoSink(uri, framesPerSecond);
        return new ImageSink(uri);
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
            throw new UserError($"cannot write {path} ({UserError.OneLine(e)}): choose a folder you may write to", e);
        }
    }
}
