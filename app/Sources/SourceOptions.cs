using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>How a source is read.</summary>
/// <param name="FramesPerSecond">Replaces its own rate, in 0–1000; null keeps it.</param>
/// <param name="CameraWidth">Width in pixels to request from a camera, together with the height; null keeps its own.</param>
/// <param name="CameraHeight">Height in pixels, likewise.</param>
/// <param name="Start">Seconds of a recording to skip.</param>
/// <param name="Times">How often a recording plays; <see cref="Forever"/> for no end.</param>
/// <param name="Flip">Axes to mirror about; null for none.</param>
/// <param name="Strict">Whether a folder's unreadable image ends the run; otherwise it is skipped and reported.</param>
public sealed record SourceOptions(
    double? FramesPerSecond = null,
    int? CameraWidth = null,
    int? CameraHeight = null,
    double Start = 0,
    int Times = 1,
    FlipMode? Flip = null,
    bool Strict = false)
{
    /// <summary>Folders within a folder of images that are not read, by their full names: those that the run writes.</summary>
    public IReadOnlyCollection<string> LeaveOut { get; init; } = [];

    public const int Forever = -1;

    /// <summary>Whether image files that are named may be missing, which is skipped and reported like one that is not readable.</summary>
    public bool MayLack { get; init; }

    /// <summary>What standard input holds, as ffmpeg names it; null for what it finds itself.</summary>
    public string? Format { get; init; }

    /// <summary>Whether standard input is taken as it comes, like a camera, rather than by its own times.</summary>
    public bool AsItComes { get; init; }

    /// <summary>Image size to request from a camera; null keeps its own.</summary>
    public (int Width, int Height)? CameraSize => (CameraWidth, CameraHeight) is ({ } width, { } height) ? (width, height) : null;
}
