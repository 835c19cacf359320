using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>A recording that starts again at its end.</summary>
public sealed class RepeatingSource : ISource
{
    private readonly Func<ISource> _open;
    private ISource _source;
    private int _left;
    private long _framesThisTime;

    /// <param name="open">Opens it at its beginning.</param>
    /// <param name="times">How often it plays; <see cref="SourceOptions.Forever"/> for no end.</param>
    public RepeatingSource(Func<ISource> open, int times)
    {
        (_open, _left) = (open, times);
        _source = open();
        (Name, FramesPerSecond) = (_source.Name, _source.FramesPerSecond);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public bool Read(Mat image)
    {
        if (_source.Read(image))
        {
            _framesThisTime++;
            return true;
        }

        if (_framesThisTime == 0 || (_left > 0 && --_left == 0)) return false;
        _source.Dispose();
        _source = _open();
        _framesThisTime = 0;
        return Read(image);
    }

    public bool Seek(double seconds) => _source.Seek(seconds);

    public string? EndNote(long frames) => null;

    public void Dispose() => _source.Dispose();
}
