using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>
/// A network camera or stream. A thread receives its images, notes when each was complete, and keeps the newest only; reading decodes that
/// one. Every wait ends when the run is stopped.
/// </summary>
public sealed class StreamSource : ISource
{
    /// <summary>How long an image may take from the one before, at first and at the least.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(8), LeastPatience = TimeSpan.FromSeconds(1.5);

    /// <summary>A stream is lost after this many times its last interval: some cameras send an image every few seconds.</summary>
    private const double PatientIntervals = 4;

    private const double DefaultRate = 30;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly WaitHandle[] _wakes;
    private readonly Worker _receiver;
    private readonly Mat _first = new();
    private IImageFeed? _feed;
    private ReceivedImage _filling = new(), _newest = new(), _decoding = new();
    private TimeSpan _patience = FirstPatience;
    private long _skipped;
    private bool _firstIsNext = true, _isNew, _ended, _disposed;

    /// <param name="url">An address that begins with one of <see cref="Schemes"/>.</param>
    /// <param name="framesPerSecond">Replaces the rate that is assumed for recordings.</param>
    /// <param name="stop">Set when the run ends; null for never.</param>
    /// <exception cref="UserError">There is no stream, or no image in it.</exception>
    public StreamSource(string url, double? framesPerSecond, WaitHandle? stop = null)
    {
        (Name, FramesPerSecond) = (Address.Public(url), framesPerSecond ?? DefaultRate);
        _wakes = stop is null ? [_changed] : [_changed, stop];
        _receiver = Worker.Start("receive", () => ReceiveAll(url), End);
        try
        {
            if (ReadNext(_first)) return;
            _receiver.ThrowIfFailed();
            throw new UserError($"no stream at {Name}: no image arrived; {Remedy(url)}");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => true;

    public string? Status => null;

    public FrameTiming Timing => new(Arrived: _decoding.Arrived);

    /// <summary>How the addresses of streams begin.</summary>
    public static IReadOnlyList<string> Schemes { get; } =
        ["http://", "https://", "rtsp://", "rtsps://", "rtmp://", "srt://", "udp://", "tcp://"];

    /// <summary>What to do about an address at which there is no stream.</summary>
    internal static string Remedy(string url) => Address.CutsItsPassword(url)
        ? "write the / ? and # of a password as %2F %3F and %23"
        : "check the address and that the camera is on";

    public static bool Matches(string uri) => Schemes.Any(s => uri.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    /// <summary>Images that a newer one replaced before they were read.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    public bool Read(Mat image)
    {
        if (!_firstIsNext) return ReadNext(image);
        _firstIsNext = false;
        Interlocked.Exchange(ref _skipped, 0); // what came while the run was being opened, nobody could miss
        if (Volatile.Read(ref _isNew) && ReadNext(image)) return true;
        _first.CopyTo(image);
        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed) return;
            _disposed = true;
        }

        _feed?.Dispose();
        _first.Dispose();
    }

    /// <summary>
    /// Decodes the newest image, waiting for one; false after too long a silence, at the end, or when stopped. Throws what nobody expected
    /// of the thread that receives; what a camera does wrong is its end.
    /// </summary>
    private bool ReadNext(Mat image)
    {
        long begun = WallClock.Timestamp, before = _decoding.Arrived;
        while (true)
        {
            if (TakeNewest())
            {
                if (!_feed!.Decode(_decoding, image)) continue;
                if (before > 0) _patience = Patience(_decoding.Arrived - before);
                return true;
            }

            TimeSpan left = _patience - TimeSpan.FromMicroseconds((WallClock.Timestamp - begun) / 1000);
            if (Volatile.Read(ref _ended) && _receiver.Failure is not (null or UserError)) _receiver.ThrowIfFailed();
            if (_ended || left <= TimeSpan.Zero || WaitHandle.WaitAny(_wakes, left) != 0) return false;
        }
    }

    private static TimeSpan Patience(long interval)
    {
        TimeSpan patience = TimeSpan.FromMicroseconds(PatientIntervals * interval / 1000);
        return patience < LeastPatience ? LeastPatience : patience < FirstPatience ? patience : FirstPatience;
    }

    private bool TakeNewest()
    {
        lock (_lock)
        {
            if (!_isNew) return false;
            _isNew = false;
            (_newest, _decoding) = (_decoding, _newest);
            return true;
        }
    }

    /// <summary>The thread's work.</summary>
    private void ReceiveAll(string url)
    {
        try
        {
            IImageFeed feed = Open(url);
            while (feed.Receive(_filling))
            {
                _filling.Arrived = WallClock.Timestamp;
                lock (_lock)
                {
                    (_newest, _filling) = (_filling, _newest);
                    if (_isNew) _skipped++;
                    _isNew = true;
                }

                _changed.Set();
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // The source was closed, or the connection broke.
        }
    }

    private void End()
    {
        Volatile.Write(ref _ended, true);
        _changed.Set();
    }

    /// <summary>MJPEG over http is read directly; before ffmpeg asks a camera for something else, its one client is gone.</summary>
    private IImageFeed Open(string url)
    {
        if (url.StartsWith("http", StringComparison.OrdinalIgnoreCase))
        {
            MjpegFeed direct = Hold(new MjpegFeed(url));
            if (direct.Connect()) return direct;
            direct.Dispose();
        }

        return Hold(new FfmpegFeed(url));
    }

    /// <summary>Keeps what is being read, so that closing the source ends it.</summary>
    private T Hold<T>(T feed)
        where T : IImageFeed
    {
        lock (_lock)
        {
            if (!_disposed)
            {
                _feed = feed;
                return feed;
            }
        }

        feed.Dispose();
        throw new ObjectDisposedException(Name);
    }
}
