using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>What native libraries are told through their environment, which they read once: before any of them is used.</summary>
public static partial class NativeSettings
{
    /// <summary>
    /// ONNX Runtime sends nothing home: its official builds upload the names and sizes of models, an identifier of the machine and the
    /// program's path, and keep a database of it in the user's cache. OpenCV and the FFmpeg inside it do not log, unless the user set
    /// a level: this program reports in one line what they repeat. It makes room for an image as large as the header says, if that is
    /// at most 16384×16384 pixels: its own limit is four times that.
    /// </summary>
    public static void Apply()
    {
        Set("ORT_DISABLE_TELEMETRY", "1", overwrite: true);
        Set("OPENCV_LOG_LEVEL", "SILENT", overwrite: false);
        Set("OPENCV_FFMPEG_LOGLEVEL", "-8", overwrite: false);
        Set("OPENCV_IO_MAX_IMAGE_PIXELS", "268435456", overwrite: false);
    }

    /// <summary>Sets a variable for native code: <see cref="Environment"/> changes a copy that only .NET reads.</summary>
    internal static void Set(string name, string value, bool overwrite)
    {
        if (SetEnv(name, value, overwrite ? 1 : 0) == 0) return;
        throw new InvalidOperationException($"setenv {name}: errno {Marshal.GetLastPInvokeError()}");
    }

    [LibraryImport("libc", EntryPoint = "setenv", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnv(string name, string value, int overwrite);
}
