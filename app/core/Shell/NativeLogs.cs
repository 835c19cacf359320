using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Logs of OpenCV and the FFmpeg inside it, which repeat on standard error what this program reports in one line.</summary>
public static partial class NativeLogs
{
    /// <summary>Silences them unless the user set a level. Call it before OpenCV is first used: the levels are read once.</summary>
    public static void Silence()
    {
        Default("OPENCV_LOG_LEVEL", "SILENT");
        Default("OPENCV_FFMPEG_LOGLEVEL", "-8");
    }

    /// <summary>Sets a variable for native code: <see cref="Environment"/> changes a copy that only .NET reads.</summary>
    private static void Default(string name, string value)
    {
        if (SetEnv(name, value, overwrite: 0) == 0) return;
        throw new InvalidOperationException($"setenv {name}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
