using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>OpenCV and the FFmpeg inside it report on standard error what this program reports itself, in one line.</summary>
public static partial class NativeLogs
{
    /// <summary>Silences them, unless the user asked for a level. To be called before OpenCV is first used, which reads the levels once.</summary>
    public static void Silence()
    {
        Default("OPENCV_LOG_LEVEL", "SILENT");
        Default("OPENCV_FFMPEG_LOGLEVEL", "-8");
    }

    /// <summary>For native code: <see cref="Environment.SetEnvironmentVariable(string, string)"/> changes a copy that only .NET reads.</summary>
    private static void Default(string name, string value)
    {
        if (SetEnv(name, value, overwrite: 0) != 0) throw new InvalidOperationException($"setenv {name}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
