using System.ComponentModel;
using System.Diagnostics;

namespace RealtimeSeg.Core.Shell;

/// <summary>The ffmpeg program, which reads and writes what the FFmpeg inside OpenCV's package cannot: network streams and H.264.</summary>
public static class Ffmpeg
{
    /// <summary>How to get it.</summary>
    public const string Install = "apt-get install ffmpeg";

    private const string Program = "ffmpeg", OwnSession = "/usr/bin/setsid";

    /// <summary>Whether the program is installed and encodes H.264.</summary>
    public static bool HasH264()
    {
        try
        {
            using Process? p = Process.Start(new ProcessStartInfo(Program, ["-hide_banner", "-encoders"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            });
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

    /// <summary>Starts it to write to its standard output.</summary>
    /// <param name="input">What is read, for messages.</param>
    /// <param name="arguments">All of its command line.</param>
    /// <exception cref="UserError">It is not installed or does not start.</exception>
    public static Process Decode(string input, IEnumerable<string> arguments)
        => Start(input, new ProcessStartInfo(Program, ["-nostdin", "-loglevel", "quiet", .. arguments])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        });

    /// <summary>
    /// Starts it to read its standard input, in a session of its own: a terminal sends Ctrl-C to a whole process group, and an encoder
    /// that ends with the rest cannot complete its file.
    /// </summary>
    /// <param name="output">What is written, for messages.</param>
    /// <param name="arguments">All of its command line.</param>
    /// <param name="atDeath">The signal that it gets if this process is killed: TERM lets it complete a file.</param>
    /// <exception cref="UserError">It is not installed or does not start.</exception>
    public static Process Encode(string output, IEnumerable<string> arguments, string atDeath)
    {
        if (ChildProcess.Find(Program) is null) throw NotInstalled(output);
        string[] all = ["-hide_banner", "-loglevel", "error", "-y", .. arguments];
        ProcessStartInfo start = File.Exists(OwnSession) ? new(OwnSession, [Program, .. all]) : new(Program, all);
        (start.RedirectStandardInput, start.RedirectStandardError, start.UseShellExecute) = (true, true, false);
        return Start(output, start, atDeath);
    }

    private static Process Start(string subject, ProcessStartInfo start, string atDeath = "KILL")
    {
        try
        {
            return ChildProcess.Start(start, atDeath) ?? throw new UserError("ffmpeg does not start: check the installation");
        }
        catch (Win32Exception e)
        {
            throw NotInstalled(subject, e);
        }
    }

    private static UserError NotInstalled(string subject, Exception? inner = null)
        => new($"{subject} needs the ffmpeg program: {Install}", inner);
}
