using OpenCvSharp;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Engine;

/// <summary>What lies behind the foreground: a recording in a loop at its own pace, or an image. Used by the thread that draws.</summary>
public sealed class Backdrop : IDisposable
{
    /// <summary>Frames to catch up at once; a backdrop further behind skips time instead.</summary>
    private const int MostAtOnce = 4;

    /// <summary>Frames per second of a recording that gives none.</summary>
    private const double DefaultRate = 25;

    private readonly Func<ISource> _open;

    /// <summary>What a source at its end leaves behind may be empty, so that the next frame is read into this first.</summary>
    private Mat _read = new();

    private ISource _source;
    private double _due;
    private int _framesThisTime;
    private bool _isStill;

    /// <param name="open">Opens the recording or image at its beginning.</param>
    public Backdrop(Func<ISource> open)
    {
        _open = open;
        _source = open();
    }

    /// <summary>The frame to show, 8-bit BGR.</summary>
    public Mat Image { get; private set; } = new();

    /// <summary>Goes to the frame at a time; true if <see cref="Image"/> changed.</summary>
    /// <param name="seconds">Since the first frame in front of it.</param>
    /// <exception cref="UserError">No frame of it can be read.</exception>
    public bool Advance(double seconds)
    {
        if (_isStill || (seconds < _due && !Image.Empty())) return false;
        double period = 1 / (_source.FramesPerSecond > 0 ? _source.FramesPerSecond : DefaultRate);
        for (int i = 0; i < MostAtOnce && _due <= seconds; i++, _due += period) Next();
        if (_due <= seconds) _due = seconds + period;
        return true;
    }

    public void Dispose()
    {
        _source.Dispose();
        _read.Dispose();
        Image.Dispose();
    }

    private void Next()
    {
        if (_source.Read(_read))
        {
            (Image, _read) = (_read, Image);
            _framesThisTime++;
            return;
        }

        if (_framesThisTime == 0) throw new UserError($"--backdrop {_source.Name}: no frame can be read; name an image or a video");
        _isStill = _framesThisTime == 1;
        if (_isStill) return;
        _source.Dispose();
        _source = _open();
        _framesThisTime = 0;
        Next();
    }
}
