using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Which file a name leads to, through links: names with the same identity are one file.</summary>
/// <param name="Device">Of the file system.</param>
/// <param name="Inode">On that device.</param>
/// <param name="IsRegular">Whether it holds data that writing would destroy: no device, pipe, socket or folder.</param>
/// <param name="IsPipe">Whether what is written waits for a reader.</param>
public readonly partial record struct FileIdentity(ulong Device, ulong Inode, bool IsRegular, bool IsPipe)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicStatus = 0x7FF; // STATX_BASIC_STATS
    private const int TypeMask = 0xF000, Regular = 0x8000, Pipe = 0x1000;

    // Offsets in struct statx, which is the same on every architecture (statx(2)).
    private const int StatusBytes = 256, ModeAt = 28, InodeAt = 32, DeviceAt = 136;

    /// <summary>Null if the name leads nowhere.</summary>
    public static FileIdentity? Of(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        if (Statx(CurrentFolder, path, 0, BasicStatus, ref MemoryMarshal.GetReference(status)) != 0) return null;
        int type = BitConverter.ToUInt16(status[ModeAt..]) & TypeMask;
        ulong device = BitConverter.ToUInt64(status[DeviceAt..]), inode = BitConverter.ToUInt64(status[InodeAt..]);
        return new FileIdentity(device, inode, type == Regular, type == Pipe);
    }

    /// <summary>Whether a name leads to a device, a pipe or a socket, which is written to directly.</summary>
    public static bool IsSpecial(string path) => Of(path) is { IsRegular: false } && !Directory.Exists(path);

    /// <summary>Whether a name is that of an open descriptor, as /dev/stdout: what it leads to cannot be replaced under it.</summary>
    public static bool IsDescriptor(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        return folder is "/dev" or "/dev/fd" || folder.StartsWith("/proc/", StringComparison.Ordinal);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Statx(int folder, string path, int flags, uint mask, ref byte status);
}
