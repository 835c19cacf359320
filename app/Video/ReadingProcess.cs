using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Video;

/// <summary>
/// ffmpeg or ffprobe while this program reads what it writes. Ends with the run: whoever waits for its output then gets its end. May be
/// used from any thread.
/// </summary>
internal sealed partial class ReadingProcess : IDisposable
{
    private const int SetPipeSize = 1031, PipeBytes = 1 << 20, MostErrors = 2;
    private readonly Process _process;
    private readonly RegisteredWaitHandle? _onStop;
    private readonly List<string> _errors = [];
    private readonly Task _reporting;
    private readonly Lock _lock = new();
    private long _errorCount;
    private bool _disposed;

    /// <param name="process">With its output and its errors redirected; this object's from now on.</param>
    /// <param name="stop">Ends it when it is set; null for never.</param>
    /// <param name="onLine">Gets each line of its standard error that is no error, on another thread.</param>
    public ReadingProcess(Process process, WaitHandle? stop, Action<string>? onLine = null)
    {
        _process = process;
        Output = process.StandardOutput.BaseStream;
        Enlarge(Output);
        _reporting = ReportAsync(onLine);
        if (stop is null) return;
        void OnStop(object? state, bool timedOut) => Kill();
        _onStop = ThreadPool.RegisterWaitForSingleObject(stop, OnStop, null, Timeout.Infinite, executeOnlyOnce: true);
    }

    /// <summary>What it writes.</summary>
    public Stream Output { get; }

    /// <summary>The errors that it reported, on one line; empty if none. Complete after <see cref="WaitForEnd"/>.</summary>
    public string Errors
    {
        get
        {
            lock (_lock)
            {
                string more = _errorCount > _errors.Count ? $" and {_errorCount - _errors.Count} more" : "";
                return string.Join("; ", _errors) + more;
            }
        }
    }

    /// <summary>Waits until it has ended, and with it its reports.</summary>
    public void WaitForEnd() => _reporting.Wait();

    public void Dispose()
    {
        _onStop?.Unregister(null);
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
            if (!_process.HasExited) _process.Kill();
        }

        _process.WaitForExit();
        WaitForEnd();
        _process.Dispose();
    }

    private void Kill()
    {
        try
        {
            lock (_lock)
            {
                if (!_disposed && !_process.HasExited) _process.Kill();
            }
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            // It has just ended by itself, or the kernel refuses: disposing tries again, where somebody hears of it.
        }
    }

    /// <summary>Reads its standard error to the end: with <c>-loglevel level+…</c> each line names its level.</summary>
    private async Task ReportAsync(Action<string>? onLine)
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            bool isError = line.Contains("[error]", StringComparison.Ordinal) || line.Contains("[fatal]", StringComparison.Ordinal);
            if (isError) Note(line);
            else onLine?.Invoke(line);
        }
    }

    /// <summary>Keeps the first ones, without the names of ffmpeg's parts in brackets before them.</summary>
    private void Note(string line)
    {
        string text = Prefix().Replace(line, "").Trim();
        lock (_lock)
        {
            _errorCount++;
            if (_errors.Count < MostErrors && !_errors.Contains(text)) _errors.Add(text);
        }
    }

    [GeneratedRegex(@"^(?:\[[^\]]*\] )+", RegexOptions.None, RegexLimit.Milliseconds)]
    private static partial Regex Prefix();

    /// <summary>Room for more of a frame than the usual 64 kB; a kernel that refuses only makes it slower.</summary>
    private static void Enlarge(Stream output)
    {
        if (output is System.IO.Pipes.PipeStream pipe) _ = Control(pipe.SafePipeHandle, SetPipeSize, PipeBytes);
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(SafeHandle file, int command, nint argument);
}
