using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>
/// A live source that reconnects: when a camera is unplugged or a stream drops or stalls, it is opened again, first at once and then
/// with growing pauses, until it answers or the run is stopped. Only the first opening throws.
/// </summary>
public sealed class ReconnectingSource : ISource
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50), LongestPause = TimeSpan.FromMilliseconds(500);
    private readonly Func<ISource> _open;
    private readonly WaitHandle _stop;
    private volatile ISource _source;
    private volatile string? _status;
    private long _skippedBefore;

    /// <param name="open">Opens the source, or throws <see cref="UserError"/>.</param>
    /// <param name="stop">Set when the run ends, which ends the attempts.</param>
    public ReconnectingSource(Func<ISource> open, WaitHandle stop)
    {
        (_open, _stop) = (open, stop);
        _source = open();
        (Name, FramesPerSecond) = (_source.Name, _source.FramesPerSecond);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => true;

    public string? Status => _status;

    public long Skipped => Interlocked.Read(ref _skippedBefore) + _source.Skipped;

    public FrameTiming Timing => _source.Timing;

    /// <summary>How often it has reconnected.</summary>
    public int Reconnections { get; private set; }

    public bool Read(Mat image)
    {
        if (_source.Read(image)) return true;
        _status = "reconnecting";
        TimeSpan pause = FirstPause;
        Close();
        while (!_stop.WaitOne(pause))
        {
            if (TryOpen() is { } opened)
            {
                _source = opened;
                if (_source.Read(image))
                {
                    _status = null;
                    Reconnections++;
                    return true;
                }

                Close();
            }

            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        return false;
    }

    public void Dispose() => _source.Dispose();

    private void Close()
    {
        long skipped = _source.Skipped;
        _source.Dispose();
        _source = new StoppedSource(Name);
        Interlocked.Add(ref _skippedBefore, skipped);
    }

    private ISource? TryOpen()
    {
        try
        {
            return _open();
        }
        catch (UserError)
        {
            return null; // not back yet
        }
    }
}
