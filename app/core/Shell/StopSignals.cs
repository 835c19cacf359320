using System.Runtime.InteropServices;

namespace RealtimeSeg.Core.Shell;

/// <summary>Ctrl-C, a kill and a closed terminal end a run in order, as its own way to quit does; what was begun is completed.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly PosixSignalRegistration[] _registered;

    /// <param name="stop">Cancelled by the first signal.</param>
    public StopSignals(CancellationTokenSource stop)
    {
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }

        PosixSignal[] signals = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP];
        _registered = [.. signals.Select(s => PosixSignalRegistration.Create(s, End))];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration r in _registered) r.Dispose();
    }
}
