using System.Diagnostics;
using System.Reflection;

namespace RealtimeSeg.Core.Shell;

/// <summary>Identifies the sources that the program was built from.</summary>
public static class BuildInfo
{
    private const string Solution = "RealtimeSeg.sln";

    /// <summary>The folder of the sources that the program lies in; null in a release.</summary>
    private static readonly string? Sources = FindSources();

    /// <summary>The version, as Directory.Build.props gives it.</summary>
    public static string Version { get; } = Informational().Version;

    /// <summary>What a user types before a verb: run.sh in the sources, the launcher in a release.</summary>
    public static string Launcher { get; } = Sources is null ? "rtseg" : "./run.sh";

    /// <summary>The remedy if a file that comes with the program is missing.</summary>
    public static string Again { get; } = Sources is null ? "install the release again" : "build again with ./run.sh";

    /// <summary>
    /// The abbreviated commit of the program's own sources, with "-dirty" if they were changed since; a program that lies outside them
    /// has the commit that it was built at. Empty if nothing is known.
    /// </summary>
    public static string Commit()
    {
        string now = Sources is null ? "" : Described(Sources);
        return now.Length > 0 ? now : Abbreviated(Informational().Commit);
    }

    private static string? FindSources()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, Solution))) folder = Path.GetDirectoryName(folder);
        return folder;
    }

    /// <summary>The compiler notes the commit behind the version.</summary>
    private static (string Version, string Commit) Informational()
    {
        string? text = typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        string[] parts = (text ?? "").Split('+', 2);
        return (parts[0], parts.Length < 2 ? "" : parts[1]);
    }

    private static string Abbreviated(string commit)
    {
        const int abbreviated = 7;
        return commit[..Math.Min(abbreviated, commit.Length)];
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
