using System.Runtime.ExceptionServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// A thread beside the main one. What it throws would end the process at once, with outputs half written: it is kept instead, and thrown
/// again on the thread that asks for it.
/// </summary>
public sealed class Worker
{
    /// <summary>Between two looks at whether to wait any longer.</summary>
    private const int PollMilliseconds = 20;

    private readonly Thread _thread;
    private volatile ExceptionDispatchInfo? _failure;

    private Worker(string name, Action work, Action? atEnd)
    {
        _thread = new Thread(() => Run(work, atEnd)) { Name = name, IsBackground = true };
    }

    /// <summary>What ended it; null if nothing did.</summary>
    public Exception? Failure => _failure?.SourceException;

    /// <param name="name">Of the thread.</param>
    /// <param name="work">What it does.</param>
    /// <param name="atEnd">Called on the thread when the work is over, well or not; a failure is known by then.</param>
    public static Worker Start(string name, Action work, Action? atEnd = null)
    {
        Worker worker = new(name, work, atEnd);
        worker._thread.Start();
        return worker;
    }

    /// <summary>Throws what ended it, if anything did.</summary>
    public void ThrowIfFailed() => _failure?.Throw();

    /// <summary>Waits for its end.</summary>
    public void Join() => _thread.Join();

    /// <summary>Waits for its end; false if it has not come when there is no more time.</summary>
    public bool Join(CancellationToken overdue)
    {
        while (!_thread.Join(PollMilliseconds))
        {
            if (overdue.IsCancellationRequested) return false;
        }

        return true;
    }

    private void Run(Action work, Action? atEnd)
    {
        _failure = Attempt.At(work);
        atEnd?.Invoke();
    }
}
