namespace RealtimeSeg.Core.Shell;

/// <summary>A disk without room, named where something could not be written for that reason.</summary>
internal static class FullDisk
{
    /// <summary>How the kernel, .NET and ffmpeg call it.</summary>
    private static readonly string[] Reports = ["No space left on device", "not enough space on the disk", "Disk quota exceeded"];

    /// <summary>Which disk is full, and what to do about it; null if a report is about something else.</summary>
    /// <param name="path">What was written.</param>
    /// <param name="report">Of a lower layer.</param>
    public static string? Remedy(string path, string report)
    {
        if (!Array.Exists(Reports, r => report.Contains(r, StringComparison.OrdinalIgnoreCase))) return null;
        return Of(Path.GetFullPath(path)) is { } mount
            ? $"the disk at {mount} is full: make room on it, or choose another"
            : "its disk is full: make room on it, or choose another";
    }

    /// <summary>Where the file system that a path belongs to is mounted.</summary>
    private static string? Of(string path)
    {
        try
        {
            return DriveInfo.GetDrives().Select(d => d.Name).Where(d => Holds(d, path)).MaxBy(d => d.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool Holds(string mount, string path)
        => path == mount || path.StartsWith(mount.TrimEnd('/') + '/', StringComparison.Ordinal);
}
