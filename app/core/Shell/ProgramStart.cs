using System.Diagnostics;

namespace RealtimeSeg.Core.Shell;

/// <summary>When this program began.</summary>
public static class ProgramStart
{
    /// <summary>
    /// Milliseconds since then, by the oldest thread that .NET started: the process itself, and its first thread, may have been a shell
    /// before, which built the program and took minutes.
    /// </summary>
    public static double Milliseconds()
    {
        using Process process = Process.GetCurrentProcess();
        IEnumerable<ProcessThread> started = process.Threads.Cast<ProcessThread>().Where(t => t.Id != Environment.ProcessId);
#pragma warning disable CA1416 // for Linux and Windows only, and this program is for Linux
        return (DateTimeOffset.UtcNow - new DateTimeOffset(started.Min(t => t.StartTime))).TotalMilliseconds;
#pragma warning restore CA1416
    }
}
