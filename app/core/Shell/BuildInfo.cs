using System.Diagnostics;

namespace RealtimeSeg.Core.Shell;

/// <summary>Which state of the sources runs.</summary>
public static class BuildInfo
{
    /// <summary>The abbreviated commit that is checked out here; empty where there is no git or no repository.</summary>
    public static string Commit()
    {
        try
        {
            using Process? git = Process.Start(new ProcessStartInfo("git", "rev-parse --short HEAD") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
            if (git is null) return "";
            string text = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? text : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // no git on this machine: the manifest just does not say
        }
    }
}
