using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>A recording that starts again at its end.</summary>
public sealed class RepeatingSource : ISource
{
    private readonly Func<ISource> _open;
    private ISource _source;
    private int _left;
    private readonly List<string> _problems = [];
    private long _framesThisTime;
    private double _before, _next;

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

    public bool IsSequence => _source.IsSequence;

    public string? Picture => _source.Picture;

    public int? Pictures => _source.Pictures;

    public string? Status => null;

    public FrameTiming Timing => new(_before + (_source.Timing.Seconds ?? 0));

    public bool Read(Mat image)
    {
        if (_source.Read(image))
        {
            // The first frame of another round follows the last of the one before, wherever in the recording it starts.
            if (_framesThisTime++ == 0 && _next > 0) _before = _next - (_source.Timing.Seconds ?? 0);
            return true;
        }

        if (_framesThisTime == 0 || (_left > 0 && --_left == 0)) return false;
        _problems.AddRange(_source.Problems);
        _next = (Timing.Seconds ?? 0) + (1 / FramesPerSecond);
        _source.Dispose();
        _source = _open();
        _framesThisTime = 0;
        return Read(image);
    }

    public bool Seek(double seconds) => _source.Seek(seconds);

    public IReadOnlyList<string> Problems => [.. _problems.Union(_source.Problems, StringComparer.Ordinal)];

    public void Dispose() => _source.Dispose();
}
