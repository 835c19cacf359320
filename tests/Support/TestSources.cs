using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Tests.Support;

/// <summary>Three frames, and then an error that nobody expects.</summary>
internal sealed class EndingSource : ISource
{
    private int _read;

    public string Name => "ending";

    public double FramesPerSecond => 10;

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => new(_read / 10.0);

    public bool Read(Mat image)
    {
        if (++_read > 3) throw new InvalidOperationException("the device is gone");
        image.Create(120, 160, MatType.CV_8UC3);
        image.SetTo(Scalar.Red);
        return true;
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}

/// <summary>One frame, and then it hangs, whatever happens: a network file system whose server is gone.</summary>
internal sealed class HangingSource(Action begins) : ISource
{
    private readonly ManualResetEventSlim _never = new();
    private bool _hangs;

    public string Name => "hanging";

    public double FramesPerSecond => 10;

    public bool IsLive => false;

    public string? Status => null;

    public FrameTiming Timing => new(0);

    public bool Read(Mat image)
    {
        if (_hangs)
        {
            begins();
            _never.Wait();
        }

        image.Create(120, 160, MatType.CV_8UC3);
        return _hangs = true;
    }

    public void Dispose() => _never.Set(); // the thread ends after the test
}

/// <summary>A camera whose images come 50 ms after they are asked for, and take 7 ms to decode.</summary>
internal sealed class LateSource(SteppedClock clock) : ISource
{
    private long _arrived;

    public string Name => "late";

    public double FramesPerSecond => 0;

    public bool IsLive => true;

    public string? Status => null;

    public long Skipped => 3;

    public FrameTiming Timing => new(Arrived: _arrived);

    public bool Read(Mat image)
    {
        Pass(50);
        _arrived = clock.Now;
        Pass(7);
        image.Create(120, 160, MatType.CV_8UC3);
        image.SetTo(Scalar.Gray);
        return true;
    }

    public void Dispose()
    {
        // It holds nothing.
    }

    private void Pass(int milliseconds)
    {
        using ManualResetEvent never = new(false);
        clock.WaitUntil(clock.Now + (milliseconds * 1_000_000L), never);
    }
}

/// <summary>A camera that gives one image, skips three and is gone.</summary>
internal sealed class BriefSource : ISource
{
    private bool _isOver;

    public string Name => "brief";

    public double FramesPerSecond => 0;

    public bool IsLive => true;

    public string? Status => null;

    public long Skipped => 3;

    public FrameTiming Timing => default;

    public bool Read(Mat image)
    {
        if (_isOver) return false;
        image.Create(8, 8, MatType.CV_8UC3);
        return _isOver = true;
    }

    public void Dispose()
    {
        // It holds nothing.
    }
}

/// <summary>A camera that is lost after its first image, until somebody has heard of it, and skips three images meanwhile.</summary>
internal sealed class LostSource : ISource
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ManualResetEventSlim _lost = new(), _found = new();
    private volatile string? _status;
    private int _read;

    public string Name => "yard";

    public double FramesPerSecond => 10;

    public bool IsLive => true;

    public string? Status => _status;

    public long Skipped => _read > 1 ? 3 : 0;

    public FrameTiming Timing => new(_read / 10.0);

    /// <summary>Takes what is told about it.</summary>
    public void Hear(string text)
    {
        if (text.Contains("reconnecting", StringComparison.Ordinal)) _lost.Set();
        if (text.Contains("there again", StringComparison.Ordinal)) _found.Set();
    }

    public bool Read(Mat image)
    {
        image.Create(120, 160, MatType.CV_8UC3);
        image.SetTo(Scalar.Red);
        if (++_read == 2)
        {
            _status = "reconnecting";
            _lost.Wait(Patience);
            _status = null;
        }

        if (_read < 3) return true;
        _found.Wait(Patience);
        return false;
    }

    public void Dispose()
    {
        _lost.Dispose();
        _found.Dispose();
    }
}

/// <summary>Another source, and how many frames were read of it.</summary>
internal sealed class CountedSource(ISource source) : ISource
{
    private int _read;

    public int Count => Volatile.Read(ref _read);

    public string Name => source.Name;

    public double FramesPerSecond => source.FramesPerSecond;

    public bool IsLive => source.IsLive;

    public string? Status => source.Status;

    public FrameTiming Timing => source.Timing;

    public bool Read(Mat image)
    {
        bool read = source.Read(image);
        Interlocked.Increment(ref _read);
        return read;
    }

    public void Dispose() => source.Dispose();
}
