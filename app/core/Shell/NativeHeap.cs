using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// glibc's heap for native code. By default each thread gets an arena of its own, and after the first large block that is freed even
/// blocks of 32 MB come from the arenas, between small ones that stay: a run in which models take turns grew without holding anything.
/// </summary>
public static partial class NativeHeap
{
    /// <summary>M_ARENA_MAX and M_MMAP_THRESHOLD of malloc.h.</summary>
    private const int ArenaMax = -8, MapThreshold = -3;

    /// <summary>Blocks from this size on, in bytes, go back to the system when they are freed.</summary>
    private const int Large = 128 * 1024;

    /// <summary>Lets what is freed go back to the system. Call it before there are other threads.</summary>
    public static void GiveBackWhatIsFreed()
    {
        if (SetOption(ArenaMax, 1) == 0) throw new InvalidOperationException("mallopt(M_ARENA_MAX) failed");
        if (SetOption(MapThreshold, Large) == 0) throw new InvalidOperationException("mallopt(M_MMAP_THRESHOLD) failed");
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int option, int value);
}
