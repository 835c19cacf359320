namespace RealtimeSeg.Core.Shell;

/// <summary>The disks of this machine, as far as messages name them.</summary>
internal static class Disk
{
    private const int NoSpace = 28, DiskFull = 0x70; // ENOSPC, and the code that .NET gives where it asks for room beforehand

    /// <summary>Whether something could not be written for want of room.</summary>
    public static bool IsFull(Exception e) => e is IOException && (e.HResult & 0xFFFF) is NoSpace or DiskFull;

    /// <summary>Where the disk of a file is mounted; null if that cannot be told.</summary>
    public static string? MountPointOf(string path)
    {
        try
        {
            string full = Path.GetFullPath(path);
            bool Has(string root) => full == root || full.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal);
            return DriveInfo.GetDrives().Select(d => d.Name).Where(Has).MaxBy(name => name.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
