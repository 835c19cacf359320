using System.Diagnostics;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;

namespace RealtimeSeg.Web;

/// <summary>
/// JPEGs for any number of viewers. The loop only copies pixels, only while there is a viewer, and at a limited rate; a thread of its own
/// encodes the newest image. Viewers wait for the next image and miss what came while they were slow.
/// </summary>
public sealed class WebSink : ISink
{
    private const int Quality = 80;
    private readonly long _period;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _filled = new(false);
    private readonly Thread _encoder;
    private byte[] _pixels = [], _encoding = [];
    private (int Width, int Height) _size;
    private long _last;
    private int _viewers;
    private volatile bool _closed;
    private TaskCompletionSource<byte[]> _next = New();

    /// <param name="framesPerSecond">Most images per second that are encoded.</param>
    public WebSink(double framesPerSecond)
    {
        _period = (long)(Stopwatch.Frequency / framesPerSecond);
        _encoder = new Thread(Encode) { IsBackground = true, Name = "web encoder" };
        _encoder.Start();
    }

    /// <summary>Waits for the next image, as a JPEG. The caller counts as a viewer until it arrives.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, or the sink was disposed.</exception>
    public async Task<byte[]> NextAsync(CancellationToken cancel)
    {
        Interlocked.Increment(ref _viewers);
        try
        {
            return await Volatile.Read(ref _next).Task.WaitAsync(cancel).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _viewers);
        }
    }

    public void Present(Renderer renderer, FrameSlot slot) => Redraw(renderer);

    public void Redraw(Renderer renderer)
    {
        long now = Stopwatch.GetTimestamp();
        if (Volatile.Read(ref _viewers) == 0 || now - _last < _period) return;
        _last = now;
        ReadOnlySpan<byte> pixels = renderer.Pixels();
        lock (_lock)
        {
            if (_pixels.Length != pixels.Length) _pixels = new byte[pixels.Length];
            pixels.CopyTo(_pixels);
            _size = (renderer.Target!.Width, renderer.Target.Height);
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
            (int width, int height) size;
            lock (_lock)
            {
                (_pixels, _encoding, size) = (_encoding, _pixels, _size);
            }

            byte[] jpeg = Jpeg(_encoding, size.width, size.height);
            Interlocked.Exchange(ref _next, New()).SetResult(jpeg);
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

    private static TaskCompletionSource<byte[]> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
