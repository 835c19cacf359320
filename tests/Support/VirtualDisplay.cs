using System.Diagnostics;

namespace RealtimeSeg.Tests.Support;

/// <summary>An X display in memory, with xdotool as its user's hands.</summary>
internal sealed class VirtualDisplay : IDisposable
{
    private readonly Process _server;

    public VirtualDisplay()
    {
        // It picks a free display and writes its number.
        ProcessStartInfo start = new("Xvfb", ["-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _server = Process.Start(start)!;
        Name = ":" + _server.StandardOutput.ReadLine();
        _server.BeginErrorReadLine();
    }

    /// <summary>For the environment variable DISPLAY.</summary>
    public string Name { get; }

    /// <summary>What is missing to have one; null when nothing is.</summary>
    public static string? Missing => Cli.Try("xdotool", "version") is null ? "xdotool" : Cli.Try("Xvfb", "-help") is null ? "xvfb" : null;

    /// <summary>Runs xdotool and returns its output.</summary>
    public string Do(params string[] arguments)
    {
        ProcessStartInfo start = new("xdotool", arguments) { RedirectStandardOutput = true, UseShellExecute = false };
        start.Environment["DISPLAY"] = Name;
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        if (process.ExitCode == 0) return said;
        throw new InvalidOperationException($"xdotool {string.Join(' ', arguments)}: exit code {process.ExitCode}");
    }

    public void Dispose()
    {
        _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
    }
}
