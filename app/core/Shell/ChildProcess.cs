using System.Collections.Concurrent;
using System.Diagnostics;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Programs that end with this one, however it ends: the kernel sends them a signal when the thread that started them is gone
/// (prctl's PR_SET_PDEATHSIG), so they are all started by one thread that lives as long as the process.
/// </summary>
public static class ChildProcess
{
    private const string DeathSignal = "/usr/bin/setpriv";
    private static readonly BlockingCollection<Task<Process?>> Queue = [];
    private static readonly Lazy<Thread> Starter = new(StartThread);

    /// <summary>Starts a program.</summary>
    /// <param name="start">What to start; its arguments must be a list.</param>
    /// <param name="atDeath">The signal that it gets when this process is gone: TERM if it can complete its work then, else KILL.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">It is not installed.</exception>
    public static Process? Start(ProcessStartInfo start, string atDeath = "KILL")
    {
        if (File.Exists(DeathSignal) && Find(start.FileName) is { } program)
        {
            foreach (string argument in (string[])[program, atDeath, "--pdeathsig"]) start.ArgumentList.Insert(0, argument);
            start.FileName = DeathSignal;
        }

        Task<Process?> started = new(() => Process.Start(start));
        _ = Starter.Value;
        Queue.Add(started);
        return started.GetAwaiter().GetResult();
    }

    /// <summary>Where a program lies; null if it is not installed, which its start then reports.</summary>
    public static string? Find(string program)
    {
        if (Path.IsPathRooted(program)) return File.Exists(program) ? program : null;
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
    }

    private static Thread StartThread()
    {
        Thread thread = new(() =>
        {
            foreach (Task<Process?> next in Queue.GetConsumingEnumerable()) next.RunSynchronously(TaskScheduler.Default);
        })
        { Name = "child processes", IsBackground = true };
        thread.Start();
        return thread;
    }
}
