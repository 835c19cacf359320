namespace RealtimeSeg.Frames;

/// <summary>Parts of a frame's time, each between two stamps. Their names in lower case are keys of <c>--json</c> and the page.</summary>
public enum Stage
{
    Capture,
    Fit,
    Infer,

    /// <summary>Temporal smoothing of the labels.</summary>
    Steady,

    Upload,
    Composite,
    Present,
}

/// <summary>Milliseconds: median, tail and worst of a set of durations.</summary>
public readonly record struct Percentiles(double P50, double P90, double P95, double P99, double Max);

/// <summary>
/// Durations of each stage, from arrival to present, and the period between presented frames. Figures are over the whole run, those with
/// "recent" in their name over its last seconds. A pause counts for none of them. Recording allocates nothing.
/// </summary>
public sealed class FrameStats
{
    /// <summary>Frames whose stages are kept one by one, for the graph.</summary>
    public const int Kept = 64;

    /// <summary>Sizes of the network that are told apart.</summary>
    private const int MostNetworks = 16;

    private static readonly int Stages = Enum.GetValues<Stage>().Length;
    private readonly Durations[] _stages = [.. Enumerable.Range(0, Stages).Select(_ => new Durations())];
    private readonly Durations _latency = new(), _period = new(), _maskAge = new();
    private readonly FrameRate _rate = new();
    private readonly long[,] _last = new long[Stages, Kept];
    private readonly List<NetworkUse> _networks = [];
    private NetworkUse? _network;
    private long _lastPresented, _cut;

    /// <summary>Frames recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The same frames by what labelled them, in the order of first use.</summary>
    public IReadOnlyList<NetworkUse> Networks => [.. _networks.Where(n => n.Frames > 0)];

    /// <summary>Those of them that kept the mask of an earlier frame.</summary>
    public long MasksKept { get; private set; }

    /// <summary>Frames per second over the run: the inverse of their mean period.</summary>
    public double FramesPerSecond => _period.Mean is > 0 and double ns ? 1e9 / ns : 0;

    /// <summary>Latency: from the arrival of a frame to its being shown.</summary>
    public Percentiles CaptureToPresent => _latency.Percentiles;

    /// <summary>From the arrival of the frame that the mask was made from to the mask's being shown.</summary>
    public Percentiles MaskAge => _maskAge.Percentiles;

    /// <summary>Between two frames that are shown one after the other.</summary>
    public Percentiles Period => _period.Percentiles;

    /// <summary>Median and tail of the latency, in ms.</summary>
    public (double Median, double Tail) RecentLatency => (_latency.RecentMedian, _latency.RecentTail);

    /// <summary>Median of the mask's age, in ms.</summary>
    public double RecentMaskAge => _maskAge.RecentMedian;

    /// <summary>Of the frames that have the stage: those that kept a mask have no <see cref="Stage.Infer"/>.</summary>
    public Percentiles Of(Stage stage) => _stages[(int)stage].Percentiles;

    /// <summary>Median of a stage, in ms.</summary>
    public double RecentMedian(Stage stage) => _stages[(int)stage].RecentMedian;

    /// <summary>Frames per second over the last two seconds; it falls while nothing comes.</summary>
    /// <param name="now">In nanoseconds.</param>
    public double RecentRate(long now) => _rate.At(now);

    /// <summary>How the latency is distributed: frames in bins of equal width, the last of which has what is longer, too.</summary>
    /// <param name="binMilliseconds">Width of a bin.</param>
    /// <param name="bins">How many.</param>
    public long[] LatencySpread(double binMilliseconds, int bins) => _latency.Spread(binMilliseconds, bins);

    /// <summary>Milliseconds that a stage of one of the last frames took.</summary>
    /// <param name="stage">Which part of its time.</param>
    /// <param name="back">How many frames ago; 0 for the newest. The result is 0 if there is no such frame.</param>
    public double Recent(Stage stage, int back)
        => back < Math.Min(Count, Kept) ? _last[(int)stage, (Count - 1 - back) % Kept] / 1e6 : 0;

    /// <summary>Counts a frame that has been presented.</summary>
    public void Record(FrameSlot f)
    {
        long now = f[Stamp.Presented];
        Count++;
        Add(Stage.Capture, f[Stamp.Captured] - f[Stamp.Requested], now);
        Add(Stage.Fit, f[Stamp.Fitted] - f[Stamp.Dequeued], now);
        bool kept = f.LabelledFrom != f[Stamp.Arrived];
        if (kept) MasksKept++;
        Add(Stage.Infer, f[Stamp.Inferred] - f[Stamp.Fitted], now, counts: !kept);
        Add(Stage.Steady, f[Stamp.Smoothed] - f[Stamp.Inferred], now);
        Add(Stage.Upload, f[Stamp.Uploaded] - f[Stamp.Taken], now);
        Add(Stage.Composite, f[Stamp.Composited] - f[Stamp.Uploaded], now);
        Add(Stage.Present, now - f[Stamp.Composited], now);
        if (f[Stamp.Arrived] >= _cut) _latency.Add(now - f[Stamp.Arrived], now);
        if (f.LabelledFrom >= _cut) _maskAge.Add(now - f.LabelledFrom, now);
        if (_lastPresented != 0) _period.Add(now - _lastPresented, now);
        _lastPresented = now;
        _rate.Add(now);
        if (f.LabelledBy is { } model) Use(model, (f.LabelSize.Width, f.LabelSize.Height)).Record(f, kept, f[Stamp.Arrived] < _cut);
    }

    /// <summary>Nothing was to be shown until now, as in a pause: no period and no latency is counted across this moment.</summary>
    /// <param name="now">In nanoseconds.</param>
    public void Cut(long now)
    {
        _cut = now;
        _lastPresented = 0;
    }

    /// <summary>Drops all records, as at the end of a warm-up.</summary>
    public void Clear()
    {
        foreach (Durations d in (IEnumerable<Durations>)[.. _stages, _latency, _period, _maskAge]) d.Clear();
        _rate.Clear();
        _networks.ForEach(n => n.Clear());
        (Count, MasksKept, _lastPresented) = (0, 0, 0);
    }

    /// <summary>What is known of a model at a size; at the first ones, since images in a folder may all be fitted to other sizes.</summary>
    private NetworkUse Use(IFrameModel model, (int, int)? size)
    {
        if (_network?.IsOf(model, size) == true) return _network;
        if (_networks.Find(n => n.IsOf(model, size)) is { } known) return _network = known;
        if (_networks.Count >= MostNetworks && size is not null) return Use(model, size: null);
        _networks.Add(_network = new NetworkUse(model, size));
        return _network;
    }

    private void Add(Stage stage, long ns, long now, bool counts = true)
    {
        if (counts) _stages[(int)stage].Add(ns, now);
        _last[(int)stage, (Count - 1) % Kept] = ns;
    }
}
