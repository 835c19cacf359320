using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A source mirrored or turned over: a webcam as a mirror, a camera mounted upside down.</summary>
public sealed class FlippedSource(ISource source, FlipMode mode) : ISource
{
    private readonly Mat _read = new();

    public string Name => source.Name;

    public double FramesPerSecond => source.FramesPerSecond;

    public bool IsLive => source.IsLive;

    public bool IsSequence => source.IsSequence;

    public string? Picture => source.Picture;

    public int? Pictures => source.Pictures;

    public string? Status => source.Status;

    public long Skipped => source.Skipped;

    public FrameTiming Timing => source.Timing;

    /// <summary>The command line's words for the axes.</summary>
    public static IReadOnlyList<(string Word, FlipMode? Axes)> Words { get; } =
        [("none", null), ("horizontal", FlipMode.Y), ("vertical", FlipMode.X), ("both", FlipMode.XY)];

    public bool Read(Mat image)
    {
        if (!source.Read(_read)) return false;
        Cv2.Flip(_read, image, mode);
        return true;
    }

    public bool Seek(double seconds) => source.Seek(seconds);

    public IReadOnlyList<string> Problems => source.Problems;

    public void Dispose()
    {
        source.Dispose();
        _read.Dispose();
    }
}
