using System.Globalization;
using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// glibc's heap for native code. What is freed between blocks that stay remains with the process: a run in which models take turns grew
/// without holding anything.
/// </summary>
public static partial class NativeHeap
{
    private const string ArenaMax = "MALLOC_ARENA_MAX", One = "1";
    private const int BrokenPipe = 13; // SIGPIPE

    /// <summary>
    /// Lets all threads allocate from one heap, by starting the program again in the same process; call it first. By default each thread
    /// may get one of its own, and a model that is loaded on another thread than the last one leaves its remains in another heap: 25 MB
    /// after a dozen models. <c>mallopt</c> comes too late for it: .NET's own threads have their heaps by then, and all later threads
    /// share those.
    /// </summary>
    public static unsafe void UseOneArena()
    {
        if (Environment.GetEnvironmentVariable(ArenaMax) is { } set)
        {
            if (set == One) Environment.SetEnvironmentVariable(ArenaMax, null); // for programs that this one starts
            return;
        }

        NativeSettings.Set(ArenaMax, One, overwrite: true);
        byte[] words = File.ReadAllBytes("/proc/self/cmdline"); // each ends with a zero
        nint[] starts = new nint[words.Count(b => b == 0) + 1]; // the last one stays null
        fixed (byte* text = words)
        fixed (nint* pointers = starts)
        {
            int word = 0;
            for (int at = 0; at < words.Length; at += Array.IndexOf(words, (byte)0, at) - at + 1) starts[word++] = (nint)(text + at);
            nint ignored = SetHandler(BrokenPipe, 0); // .NET ignores it, and what is ignored stays so: ffmpeg would not end with its reader
            RemoveDiagnosticSocket();
            _ = Execute(Environment.ProcessPath ?? "/proc/self/exe", pointers); // returns only if it failed: several heaps do as well
            _ = SetHandler(BrokenPipe, ignored);
        }
    }

    /// <summary>
    /// .NET's first start in this process listens on a socket that is named after the process and its start; the second would find the
    /// name taken, and no tool could reach it.
    /// </summary>
    private static void RemoveDiagnosticSocket()
    {
        string pattern = string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{Environment.ProcessId}-*-socket");
        try
        {
            foreach (string socket in Directory.EnumerateFiles(Path.GetTempPath(), pattern)) File.Delete(socket);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder for temporary files that cannot be read: the program runs without being observed.
        }
    }

    /// <summary>Gives the free pages of all of its arenas back to the system; for after something large was freed.</summary>
    public static void GiveBackWhatIsFree() => _ = Trim(0); // returns whether there was any

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);

    [LibraryImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int Execute(string path, nint* words);
}
