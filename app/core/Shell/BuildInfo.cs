using System.Diagnostics;

namespace RealtimeSeg.Core.Shell;

/// <summary>Identifies the sources that the program was built from.</summary>
public static class BuildInfo
{
    /// <summary>The abbreviated commit checked out in the current folder; empty without git or a repository.</summary>
    public static string Commit()
    {
        try
        {
            ProcessStartInfo start = new("git", "rev-parse --short HEAD")
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            };
            using Process? git = Process.Start(start);
            if (git is null) return "";
            string text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // no git on this machine: the manifest has no commit
        }
    }
}
