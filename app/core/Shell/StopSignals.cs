using System.Diagnostics;
using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>
/// Ctrl-C, a kill and a closed terminal end a run in order, as its own way to quit does: what was begun is completed. A second signal ends
/// the process at once.
/// </summary>
public sealed partial class StopSignals : IDisposable
{
    /// <summary>From the first signal to the time when what was begun must be complete: all in all a run ends within 5 s.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Signals this soon after the first are the same one: timeout sends its own to the program and to its whole group.</summary>
    private static readonly TimeSpan SameSignal = TimeSpan.FromMilliseconds(300);

    private readonly PosixSignalRegistration[] _registered;
    private readonly CancellationTokenSource _stop = new(), _overdue = new();

    public StopSignals()
    {
        Log.Debug("a signal ends the run in order from here on");
        long first = 0;
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            if (WasSignalled)
            {
                if (Stopwatch.GetElapsedTime(first) > SameSignal) ExitNow(128 + Number(signal.Signal));
                return;
            }

            (WasSignalled, first) = (true, Stopwatch.GetTimestamp());
            try
            {
                _overdue.CancelAfter(Grace);
                _stop.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The run has just ended by itself.
            }
        }

        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registered = [.. signals.Select(s => PosixSignalRegistration.Create(s, End))];
    }

    /// <summary>Whether a signal came.</summary>
    public bool WasSignalled { get; private set; }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Cancelled a few seconds after the first signal: what is not complete by then is left as it is.</summary>
    public CancellationToken Overdue => _overdue.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration r in _registered) r.Dispose();
        _stop.Dispose();
        _overdue.Dispose();
    }

    private static int Number(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => 1,
        PosixSignal.SIGINT => 2,
        _ => 15,
    };

    /// <summary>Ends the process without waiting for any thread or handler, one of which may be what hangs.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);
}
