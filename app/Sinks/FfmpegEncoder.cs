using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using RealtimeSeg.Video;

namespace RealtimeSeg.Sinks;

/// <summary>
/// The ffmpeg program as an encoder. A thread of its own writes to it, from a queue of a few frames whose buffers are reused: nothing
/// that ffmpeg waits for holds up the thread that draws.
/// </summary>
internal sealed class FfmpegEncoder : IDisposable
{
    private const int Buffers = 3;
    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly BlockingCollection<Frame> _free = [], _filled = [];
    private readonly Worker _writer;
    private double? _repeatAt;
    private bool _disposed;

    /// <param name="name">The output as the user named it, for messages.</param>
    /// <param name="arguments">ffmpeg's, from after its input to the output.</param>
    /// <param name="size">Of every frame, in pixels.</param>
    /// <param name="framesPerSecond">The usual rate.</param>
    /// <param name="isFile">Whether ffmpeg completes a file if this process is killed, rather than being killed too.</param>
    /// <exception cref="UserError">ffmpeg is not installed.</exception>
    public FfmpegEncoder(string name, IEnumerable<string> arguments, (int Width, int Height) size, double framesPerSecond, bool isFile)
    {
        // Its header tells all about the stream: there is no need to wait for frames.
        string[] input = ["-probesize", "32", "-analyzeduration", "0", "-f", "matroska", "-i", "-"];
        _process = Ffmpeg.Encode(name, [.. input, .. arguments], atDeath: isFile ? "TERM" : "KILL");
        _errors = _process.StandardError.ReadToEndAsync();
        for (int i = 0; i < Buffers; i++) _free.Add(new Frame());
        _writer = Worker.Start("ffmpeg", () => WriteAll(size, framesPerSecond), EndInput);
    }

    /// <summary>Whether ffmpeg has ended or closed its input.</summary>
    public bool IsBroken => _free.IsAddingCompleted;

    /// <summary>Why ffmpeg ended, in its own words.</summary>
    public string Reason()
    {
        _writer.ThrowIfFailed();
        _process.WaitForExit();
        return Ffmpeg.FailureOf(_process.ExitCode, _errors.Result) ?? "ffmpeg ended before the last frame";
    }

    /// <summary>Takes a copy of an image as soon as there is room for it; false if there is none in time, or no ffmpeg.</summary>
    /// <param name="rgba">Of the size of every frame, top row first.</param>
    /// <param name="seconds">Its time.</param>
    /// <param name="patience">How long to wait for room.</param>
    /// <param name="stop">Ends the wait.</param>
    public bool TryWrite(ReadOnlySpan<byte> rgba, double seconds, TimeSpan patience, CancellationToken stop)
    {
        if (IsBroken || !TryTakeFree(patience, stop, out Frame? frame)) return false;
        if (frame.Rgba.Length != rgba.Length) frame.Rgba = new byte[rgba.Length];
        rgba.CopyTo(frame.Rgba);
        frame.Seconds = seconds;
        _filled.Add(frame, CancellationToken.None);
        return true;
    }

    /// <summary>Lets ffmpeg complete its output; false if it has not in time, or failed.</summary>
    /// <param name="repeatAt">Time at which the last frame is shown once more; null for no time.</param>
    /// <param name="deadline">Ends the wait.</param>
    public bool Finish(double? repeatAt, CancellationToken deadline)
    {
        _repeatAt = repeatAt;
        _filled.CompleteAdding();
        bool inTime = Exited(_process, deadline);
        return inTime && Ffmpeg.FailureOf(_process.ExitCode, _errors.Result) is null;
    }

    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _filled.CompleteAdding();
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _writer.Join();
        _process.Dispose();
        _free.Dispose();
        _filled.Dispose();
    }

    /// <summary>Waits for a program; false if it still runs when the deadline is over.</summary>
    public static bool Exited(Process process, CancellationToken deadline)
    {
        try
        {
            process.WaitForExitAsync(deadline).GetAwaiter().GetResult();
            return true;
        }
        catch (OperationCanceledException)
        {
            return process.HasExited;
        }
    }

    private bool TryTakeFree(TimeSpan patience, CancellationToken stop, [NotNullWhen(true)] out Frame? frame)
    {
        if (_free.TryTake(out frame)) return true;
        if (patience == TimeSpan.Zero) return false;
        try
        {
            return _free.TryTake(out frame, (int)patience.TotalMilliseconds, stop) && !IsBroken;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void WriteAll((int Width, int Height) size, double framesPerSecond)
    {
        try
        {
            MatroskaWriter to = new(_process.StandardInput.BaseStream, size, framesPerSecond);
            Frame? last = null;
            foreach (Frame frame in _filled.GetConsumingEnumerable())
            {
                last = frame;
                to.Write(frame.Rgba, frame.Seconds);
                _free.Add(frame);
            }

            if (last is not null && _repeatAt is { } again) to.Write(last.Rgba, again);
        }
        catch (IOException)
        {
            // ffmpeg is gone; its exit code and messages tell why.
        }
    }

    /// <summary>Whatever ended the writing: ffmpeg completes what it has, and whoever waits for room is woken.</summary>
    private void EndInput()
    {
        _process.StandardInput.BaseStream.Close();
        _free.CompleteAdding();
    }

    private sealed class Frame
    {
        public byte[] Rgba { get; set; } = [];

        public double Seconds { get; set; }
    }
}
