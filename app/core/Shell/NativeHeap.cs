using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// glibc's heap for native code. What is freed between blocks that stay remains with the process: a run in which models take turns grew
/// without holding anything.
/// </summary>
public static partial class NativeHeap
{
    /// <summary>Gives the free pages of all of its arenas back to the system; for after something large was freed.</summary>
    public static void GiveBackWhatIsFree() => _ = Trim(0); // returns whether there was any

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);
}
