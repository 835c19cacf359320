namespace RealtimeSeg.Inference;

/// <summary>
/// Dynamic resolution, as in game engines: the network's size is the largest of a few that keeps a frame within its budget. It goes down at
/// once when frames are late, and up only after the larger size would have fit with room to spare for a while; for longer each time that
/// it turned out not to fit, so that the picture does not go back and forth between two sizes. One thread calls <see cref="Observe"/>; any
/// may read <see cref="Size"/>.
/// </summary>
/// <param name="targetFps">Frames per second to hold.</param>
/// <param name="full">The model's own size in pixels, the highest rung.</param>
internal sealed class ResolutionLadder(double targetFps, (int Width, int Height) full)
{
    /// <summary>Weight of a new frame in the running means.</summary>
    private const double Smoothing = 0.25;

    /// <summary>Share of the budget that a larger size may be expected to take, and of the first, whose drawing is unknown yet.</summary>
    private const double Room = 0.85, FirstRoom = 0.65;

    /// <summary>By how many the late frames must outnumber the others before a step down: one frame, however late, is no trend.</summary>
    private const int LateFrames = 5;

    /// <summary>Frames in a row before a step up, at least and at most.</summary>
    private const int LeastCalm = 30, MostCalm = 32 * LeastCalm;

    /// <summary>Frames after a step that do not count: some are still of the size before, and the first of a size are slow.</summary>
    private const int Unsettled = 5;

    private static readonly double[] Scales = [1, 0.85, 0.7, 0.58, 0.48];
    private readonly double _budget = 1000 / targetFps;
    private volatile int _rung;
    private double _network, _other;
    private int _late, _calm, _enough = LeastCalm, _sinceMove, _sinceRise = int.MaxValue;

    /// <summary>Sizes, largest first.</summary>
    public IReadOnlyList<(int Width, int Height)> Rungs { get; } =
        [.. Scales.Select(s => ((int)Math.Round(full.Width * s), (int)Math.Round(full.Height * s)))];

    /// <summary>The size to use now.</summary>
    public (int Width, int Height) Size => Rungs[_rung];

    /// <summary>Whether the smallest size turned out too slow before the first frame.</summary>
    public bool IsOutOfReach { get; private set; }

    /// <summary>Before the first frame: whether this is fast enough, in ms.</summary>
    public bool Fits(double networkMs) => networkMs <= FirstRoom * _budget;

    /// <summary>
    /// Before the first frame: whether the size is fast enough. If not, the next smaller one takes its place, and is to be measured, too,
    /// unless it is the smallest.
    /// </summary>
    /// <param name="networkMs">Milliseconds that the network took at this size.</param>
    public bool Settles(double networkMs)
    {
        bool fits = Fits(networkMs);
        if (!fits && _rung < Rungs.Count - 1) _rung++;
        else IsOutOfReach = !fits;
        return fits || IsOutOfReach;
    }

    /// <summary>Takes a frame's cost into account.</summary>
    /// <param name="networkMs">Milliseconds that depend on the network's size.</param>
    /// <param name="otherMs">Milliseconds spent one after the other with them; 0 if other threads do the rest.</param>
    public void Observe(double networkMs, double otherMs)
    {
        if (_sinceRise < int.MaxValue) _sinceRise++;
        if (_sinceMove++ < Unsettled) return;
        _network = _network == 0 ? networkMs : _network + (Smoothing * (networkMs - _network));
        _other = _other == 0 ? otherMs : _other + (Smoothing * (otherMs - _other));
        bool larger = _rung > 0 && (_network * Area(_rung - 1) / Area(_rung)) + _other < Room * _budget;
        _late = networkMs + otherMs > _budget ? _late + 1 : Math.Max(0, _late - 1);
        _calm = larger ? _calm + 1 : 0;
        if (_late >= LateFrames && _rung < Rungs.Count - 1) Lower();
        else if (_calm >= _enough) Raise();
    }

    private void Lower()
    {
        _enough = _sinceRise <= _enough ? Math.Min(2 * _enough, MostCalm) : LeastCalm;
        Move(1);
    }

    private void Raise()
    {
        _sinceRise = 0;
        Move(-1);
    }

    private void Move(int by)
    {
        _rung += by;
        (_network, _late, _calm, _sinceMove) = (0, 0, 0, 0);
    }

    private double Area(int rung) => Rungs[rung].Width * (double)Rungs[rung].Height;
}
