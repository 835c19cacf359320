using System.Diagnostics;
using System.Reflection;

namespace RealtimeSeg.Core.Shell;

/// <summary>Identifies the sources that the program was built from.</summary>
public static class BuildInfo
{
    private const string Solution = "RealtimeSeg.sln";

    /// <summary>
    /// The abbreviated commit of the program's own sources, with "-dirty" if they were changed since; a program that lies outside them
    /// has the commit that it was built at. Empty if nothing is known.
    /// </summary>
    public static string Commit()
    {
        string? sources = AppContext.BaseDirectory;
        while (sources is not null && !File.Exists(Path.Combine(sources, Solution))) sources = Path.GetDirectoryName(sources);
        string now = sources is null ? "" : Described(sources);
        return now.Length > 0 ? now : BuiltAt();
    }

    /// <summary>The compiler notes it behind the version.</summary>
    private static string BuiltAt()
    {
        const int abbreviated = 7;
        string? version = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string[] parts = version?.Split('+') ?? [];
        return parts.Length < 2 ? "" : parts[1][..Math.Min(abbreviated, parts[1].Length)];
    }

    private static string Described(string folder)
    {
        try
        {
            ProcessStartInfo start = new("git", ["-C", folder, "describe", "--always", "--dirty", "--exclude=*"])
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
            return ""; // no git on this machine
        }
    }
}
