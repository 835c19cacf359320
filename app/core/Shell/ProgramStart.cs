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
        DateTime first = started.Select(StartOf).Min() ?? process.StartTime;
        return (DateTimeOffset.UtcNow - new DateTimeOffset(first)).TotalMilliseconds;
    }

    /// <summary>When a thread began; null for one that has ended since the list of threads was made.</summary>
    private static DateTime? StartOf(ProcessThread thread)
    {
        try
        {
#pragma warning disable CA1416 // for Linux and Windows only, and this program is for Linux
            return thread.StartTime;
#pragma warning restore CA1416
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
