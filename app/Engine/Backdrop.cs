using OpenCvSharp;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Engine;

/// <summary>What moves behind the foreground: a recording played over and over at its own pace, or a picture. Used by the thread that draws.</summary>
public sealed class Backdrop : IDisposable
{
    /// <summary>A backdrop that fell further behind than this starts from now on instead of hurrying.</summary>
    private const int MostAtOnce = 4;

    private const double DefaultRate = 25;

    private readonly Func<ISource> _open;
    private ISource _source;
    private double _due;
    private int _framesThisTime;
    private bool _isStill;

    /// <param name="open">Opens it at its beginning.</param>
    public Backdrop(Func<ISource> open)
    {
        _open = open;
        _source = open();
    }

    /// <summary>The frame to show, 8-bit BGR.</summary>
    public Mat Image { get; } = new();

    /// <summary>Moves on to the frame of a time; true if that is another than before.</summary>
    /// <param name="seconds">Since the first frame of what it lies behind.</param>
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
        Image.Dispose();
    }

    private void Next()
    {
        if (_source.Read(Image))
        {
            _framesThisTime++;
            return;
        }

        if (_framesThisTime == 0) throw new UserError($"--backdrop {_source.Name}: it has no frame that can be read");
        _isStill = _framesThisTime == 1;
        if (_isStill) return;
        _source.Dispose();
        _source = _open();
        _framesThisTime = 0;
        Next();
    }
}
