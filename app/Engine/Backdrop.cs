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
    private double _due, _played;
    private double? _followed;
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

    /// <summary>Plays on as far as the video in front of it did; true if <see cref="Image"/> changed.</summary>
    /// <param name="seconds">The time of the frame in front of it; may go back.</param>
    /// <param name="jumped">Whether that frame does not follow the one before it: the backdrop plays on all the same.</param>
    /// <exception cref="UserError">No frame of it can be read.</exception>
    public bool Follow(double seconds, bool jumped = false)
    {
        if (!jumped) _played += Math.Max(0, seconds - (_followed ?? seconds));
        _followed = seconds;
        if (_isStill || (_played < _due && !Image.Empty())) return false;
        double period = 1 / (_source.FramesPerSecond > 0 ? _source.FramesPerSecond : DefaultRate);
        for (int i = 0; i < MostAtOnce && _due <= _played; i++, _due += period) Next();
        if (_due <= _played) _due = _played + period;
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
