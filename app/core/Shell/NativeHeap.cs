using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// glibc's heap for native code. What is freed between blocks that stay remains with the process: a run in which models take turns grew
/// without holding anything.
/// </summary>
public static partial class NativeHeap
{
    private const int ArenaMax = -8; // M_ARENA_MAX of malloc.h

    /// <summary>
    /// Lets all threads allocate from one heap; call it first. By default each thread may get one of its own, and a model that is loaded
    /// on another thread than the last one leaves its remains in another heap: 40 MB after two dozen models.
    /// </summary>
    public static void UseOneArena()
    {
        if (SetOption(ArenaMax, 1) == 0) throw new InvalidOperationException("mallopt(M_ARENA_MAX, 1) failed");
    }

    /// <summary>Gives the free pages of all of its arenas back to the system; for after something large was freed.</summary>
    public static void GiveBackWhatIsFree() => _ = Trim(0); // returns whether there was any

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetOption(int parameter, int value);
}
