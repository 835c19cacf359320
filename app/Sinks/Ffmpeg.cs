using System.ComponentModel;
using System.Diagnostics;

namespace RealtimeSeg.Sinks;

/// <summary>The ffmpeg program, which encodes what OpenCV's own FFmpeg cannot.</summary>
public static class Ffmpeg
{
    private const string OwnSession = "/usr/bin/setsid";

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

    /// <summary>
    /// How to start it so that Ctrl-C does not reach it: a terminal sends that to a whole process group, and an encoder that ends with
    /// the rest cannot complete its file.
    /// </summary>
    public static ProcessStartInfo Start()
    {
        bool own = File.Exists(OwnSession);
        ProcessStartInfo start = new(own ? OwnSession : "ffmpeg") { RedirectStandardInput = true, RedirectStandardError = true, UseShellExecute = false };
        if (own) start.ArgumentList.Add("ffmpeg");
        return start;
    }
}
