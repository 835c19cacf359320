using System.ComponentModel;
using System.Diagnostics;

namespace RealtimeSeg.Sinks;

/// <summary>The ffmpeg program, which encodes what OpenCV's own FFmpeg cannot.</summary>
public static class Ffmpeg
{
    /// <summary>Whether the program is installed and encodes H.264.</summary>
    public static bool HasH264()
    {
        try
        {
            using Process? p = Process.Start(new ProcessStartInfo("ffmpeg", "-hide_banner -encoders") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
            if (p is null) return false;
            string encoders = p.StandardOutput.ReadToEnd();
            p.WaitForExit();
            return p.ExitCode == 0 && encoders.Contains("libx264", StringComparison.Ordinal);
        }
        catch (Win32Exception)
        {
            return false; // not installed
        }
    }
}
