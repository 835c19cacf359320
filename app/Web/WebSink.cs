using System.Diagnostics;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Web;

/// <summary>
/// JPEGs for any number of viewers. The loop only copies pixels, only while there is a viewer, and at a limited rate; a thread of its own
/// encodes the newest image. Viewers wait for the next image and miss what came while they were slow; the last one before a pause they
/// get however late they come.
/// </summary>
public sealed class WebSink : ISink
{
    private const int Quality = 80;

    /// <summary>Without a new image for this long, the last one is taken even if it came too soon or before the viewer.</summary>
    private static readonly TimeSpan Still = TimeSpan.FromMilliseconds(200);

    private readonly long _period;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _filled = new(false);
    private readonly Worker _encoder;
    private byte[] _pixels = [], _encoding = [];
    private (int Width, int Height, long Number) _filledWith;
    private long _last, _offered, _offeredAt, _taken;
    private int _viewers;
    private volatile bool _closed;
    private WebImage _latest = new(0, []);
    private TaskCompletionSource<WebImage> _next = New();

    /// <param name="framesPerSecond">Most images per second that are encoded.</param>
    public WebSink(double framesPerSecond)
    {
        _period = (long)(Stopwatch.Frequency / framesPerSecond);
        _encoder = Worker.Start("web encoder", Encode);
    }

    /// <summary>Whether a viewer waits for the image that is shown now and that the sink let pass.</summary>
    public bool IsBehind => Volatile.Read(ref _viewers) > 0 && _taken != _offered && Stopwatch.GetElapsedTime(_offeredAt) > Still;

    /// <summary>The next image, at once if there is one. The caller counts as a viewer until it arrives.</summary>
    /// <param name="seen">Number of the image that the viewer has; 0 for none, which gets the one that is shown now.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Cancelled, or the sink was disposed.</exception>
    public async Task<WebImage> NextAsync(long seen, CancellationToken cancel)
    {
        Interlocked.Increment(ref _viewers);
        try
        {
            Task<WebImage> next = Volatile.Read(ref _next).Task; // before the latest, so that none falls between
            WebImage latest = Volatile.Read(ref _latest);
            bool isNews = latest.Number > seen && (seen > 0 || latest.Number == Volatile.Read(ref _offered));
            return isNews ? latest : await next.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    public void Present(Renderer renderer, FrameSlot slot) => Redraw(renderer);

    public void Redraw(Renderer renderer)
    {
        _encoder.ThrowIfFailed();
        long now = Stopwatch.GetTimestamp();
        Volatile.Write(ref _offered, _offered + 1);
        _offeredAt = now;
        if (Volatile.Read(ref _viewers) == 0 || now - _last < _period) return;
        (_last, _taken) = (now, _offered);
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        lock (_lock)
        {
            if (_pixels.Length != pixels.Length) _pixels = new byte[pixels.Length];
            pixels.CopyTo(_pixels);
            _filledWith = (renderer.Target!.Width, renderer.Target.Height, _taken);
        }

        _filled.Set();
    }

    public string? Finish() => null;

    public void Dispose()
    {
        if (_closed) return;
        _closed = true;
        _filled.Set();
        _encoder.Join();
        _filled.Dispose();
        _next.TrySetCanceled();
    }

    private void Encode()
    {
        while (_filled.WaitOne() && !_closed)
        {
            (int width, int height, long number) taken;
            lock (_lock)
            {
                (_pixels, _encoding, taken) = (_encoding, _pixels, _filledWith);
            }

            WebImage image = new(taken.number, Jpeg(_encoding, taken.width, taken.height));
            Volatile.Write(ref _latest, image);
            Interlocked.Exchange(ref _next, New()).SetResult(image);
        }
    }

    private static unsafe byte[] Jpeg(byte[] rgba, int width, int height)
    {
        fixed (byte* p = rgba)
        {
            using Mat image = Mat.FromPixelData(height, width, MatType.CV_8UC4, (nint)p);
            using Mat bgr = new();
            Cv2.CvtColor(image, bgr, ColorConversionCodes.RGBA2BGR);
            Cv2.ImEncode(".jpg", bgr, out byte[] jpeg, new ImageEncodingParam(ImwriteFlags.JpegQuality, Quality));
            return jpeg;
        }
    }

    private static TaskCompletionSource<WebImage> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>An image for the page.</summary>
/// <param name="Number">Larger than that of every image before.</param>
/// <param name="Jpeg">The file.</param>
public sealed record WebImage(long Number, byte[] Jpeg);
