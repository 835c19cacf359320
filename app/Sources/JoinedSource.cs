using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>Recordings that play one after the other; their times go on. Each is opened when its turn comes.</summary>
public sealed class JoinedSource : ISource
{
    private readonly Func<string, ISource> _open;
    private readonly Queue<string> _next;
    private readonly List<string> _problems = [];
    private ISource _source;
    private double _before;

    /// <param name="uris">Their names, at least one.</param>
    /// <param name="open">Opens one at its beginning.</param>
    /// <exception cref="UserError">The first cannot be opened.</exception>
    public JoinedSource(IReadOnlyList<string> uris, Func<string, ISource> open)
    {
        (_open, _next) = (open, new Queue<string>(uris));
        _source = open(_next.Dequeue());
        (Name, FramesPerSecond) = ($"{_source.Name} and {uris.Count - 1} more", _source.FramesPerSecond);
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public bool IsSequence => _source.IsSequence;

    public string? Status => null;

    public FrameTiming Timing => new(_before + (_source.Timing.Seconds ?? 0));

    /// <exception cref="UserError">The next recording cannot be opened.</exception>
    public bool Read(Mat image)
    {
        while (!_source.Read(image))
        {
            _problems.AddRange(_source.Problems);
            if (!_next.TryDequeue(out string? next)) return false;
            _before = (Timing.Seconds ?? 0) + (1 / _source.UsualRate);
            _source.Dispose();
            _source = new StoppedSource(Name); // should the next one not open
            _source = _open(next);
            if (_source is StoppedSource) return false; // the run was stopped meanwhile
        }

        return true;
    }

    public bool Seek(double seconds) => _source.Seek(seconds);

    public IReadOnlyList<string> Problems => [.. _problems.Union(_source.Problems, StringComparer.Ordinal)];

    public void Dispose() => _source.Dispose();
}
