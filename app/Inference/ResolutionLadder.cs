namespace RealtimeSeg.Inference;

/// <summary>
/// Dynamic resolution, as in game engines: the network's size is the largest of a few that keeps a frame within its budget. It goes down at
/// once when frames are late, and up only after the larger size would have fit with room to spare for a while, so that it does not
/// oscillate. One thread calls <see cref="Observe"/>; any may read <see cref="Size"/>.
/// </summary>
/// <param name="targetFps">Frames per second to hold.</param>
/// <param name="full">The model's own size in pixels, the highest rung.</param>
public sealed class ResolutionLadder(double targetFps, (int Width, int Height) full)
{
    /// <summary>Weight of a new frame in the running means.</summary>
    private const double Smoothing = 0.25;

    /// <summary>Share of the budget that a larger size may be expected to take.</summary>
    private const double Room = 0.85;

    /// <summary>Frames in a row before a step down, and before a step up.</summary>
    private const int LateFrames = 3, CalmFrames = 30;

    private static readonly double[] Scales = [1, 0.85, 0.7, 0.58, 0.48];
    private volatile int _rung;
    private double _network, _other;
    private int _late, _calm;

    /// <summary>Sizes, largest first.</summary>
    public IReadOnlyList<(int Width, int Height)> Rungs { get; } = [.. Scales.Select(s => ((int)(full.Width * s), (int)(full.Height * s)))];

    /// <summary>The size to use now.</summary>
    public (int Width, int Height) Size => Rungs[_rung];

    /// <summary>Takes a frame's cost into account.</summary>
    /// <param name="networkMs">Milliseconds that depend on the network's size.</param>
    /// <param name="otherMs">Milliseconds spent one after the other with them; 0 if other threads do the rest.</param>
    public void Observe(double networkMs, double otherMs)
    {
        _network = _network == 0 ? networkMs : _network + (Smoothing * (networkMs - _network));
        _other = _other == 0 ? otherMs : _other + (Smoothing * (otherMs - _other));
        double budget = 1000 / targetFps;
        bool larger = _rung > 0 && (_network * Area(_rung - 1) / Area(_rung)) + _other < Room * budget;
        _late = _network + _other > budget ? _late + 1 : 0;
        _calm = larger ? _calm + 1 : 0;
        if (_late >= LateFrames && _rung < Rungs.Count - 1) Move(1);
        else if (_calm >= CalmFrames) Move(-1);
    }

    private void Move(int by)
    {
        _network *= Area(_rung + by) / Area(_rung);
        _rung += by;
        (_late, _calm) = (0, 0);
    }

    private double Area(int rung) => Rungs[rung].Width * (double)Rungs[rung].Height;
}
