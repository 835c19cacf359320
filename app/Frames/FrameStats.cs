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
/// Durations of each stage, from capture to present, and the period between presented frames. Percentiles are exact over the last
/// <see cref="Window"/> frames; the maximum is over all. Recording allocates nothing.
/// </summary>
public sealed class FrameStats
{
    /// <summary>Frames that percentiles are taken over.</summary>
    public const int Window = 16384;

    private static readonly int Stages = Enum.GetValues<Stage>().Length;
    private readonly Series[] _stages = [.. Enumerable.Range(0, Stages).Select(_ => new Series())];
    private readonly Series _latency = new(), _period = new(), _maskAge = new();
    private long _lastPresented;

    /// <summary>Frames recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Frames per second over the last frames: the inverse of their mean period.</summary>
    public double FramesPerSecond => _period.Mean is > 0 and double ns ? 1e9 / ns : 0;

    /// <summary>Latency: from the arrival of a frame to its being shown.</summary>
    public Percentiles CaptureToPresent => _latency.Percentiles();

    /// <summary>From the arrival of the frame that the mask was made from to the mask's being shown.</summary>
    public Percentiles MaskAge => _maskAge.Percentiles();

    /// <summary>Between two frames that are shown one after the other.</summary>
    public Percentiles Period => _period.Percentiles();

    /// <summary>Milliseconds from arrival to present of the last frames, shortest first.</summary>
    public double[] Latencies() => _latency.Sorted();

    public Percentiles Of(Stage stage) => _stages[(int)stage].Percentiles();

    /// <summary>Milliseconds that a stage of one of the last frames took.</summary>
    /// <param name="stage">Which part of its time.</param>
    /// <param name="back">How many frames ago; 0 for the newest. The result is 0 if there is no such frame.</param>
    public double Recent(Stage stage, int back) => _stages[(int)stage].Recent(back) / 1e6;

    /// <summary>Counts a frame that has been presented.</summary>
    public void Record(FrameSlot f)
    {
        Count++;
        Add(Stage.Capture, f[Stamp.Captured] - f[Stamp.Requested]);
        Add(Stage.Fit, f[Stamp.Fitted] - f[Stamp.Dequeued]);
        Add(Stage.Infer, f[Stamp.Inferred] - f[Stamp.Fitted]);
        Add(Stage.Steady, f[Stamp.Smoothed] - f[Stamp.Inferred]);
        Add(Stage.Upload, f[Stamp.Uploaded] - f[Stamp.Taken]);
        Add(Stage.Composite, f[Stamp.Composited] - f[Stamp.Uploaded]);
        Add(Stage.Present, f[Stamp.Presented] - f[Stamp.Composited]);
        _latency.Add(f[Stamp.Presented] - f[Stamp.Arrived]);
        _maskAge.Add(f[Stamp.Presented] - f.LabelledFrom);
        if (_lastPresented != 0) _period.Add(f[Stamp.Presented] - _lastPresented);
        _lastPresented = f[Stamp.Presented];
    }

    /// <summary>Drops all records, as at the end of a warm-up.</summary>
    public void Clear()
    {
        foreach (Series s in (IEnumerable<Series>)[.. _stages, _latency, _period, _maskAge]) s.Clear();
        Count = 0;
        _lastPresented = 0;
    }

    private void Add(Stage stage, long ns) => _stages[(int)stage].Add(ns);

    /// <summary>The last durations of one kind, in nanoseconds, in a ring buffer.</summary>
    private sealed class Series
    {
        private readonly long[] _values = new long[Window], _sorted = new long[Window];
        private long _count, _max, _sum;

        public double Mean => _count == 0 ? 0 : _sum / (double)Math.Min(_count, Window);

        public void Add(long ns)
        {
            ref long oldest = ref _values[_count % Window];
            _sum += ns - (_count >= Window ? oldest : 0);
            oldest = ns;
            _count++;
            _max = Math.Max(_max, ns);
        }

        public long Recent(int back) => back < Math.Min(_count, Window) ? _values[(_count - 1 - back) % Window] : 0;

        public double[] Sorted()
        {
            Percentiles();
            return [.. _sorted.Take((int)Math.Min(_count, Window)).Select(ns => ns / 1e6)];
        }

        public void Clear() => (_count, _max, _sum) = (0, 0, 0);

        public Percentiles Percentiles()
        {
            int n = (int)Math.Min(_count, Window);
            if (n == 0) return default;
            Array.Copy(_values, _sorted, n);
            Array.Sort(_sorted, 0, n);
            return new Percentiles(At(n, 0.5), At(n, 0.9), At(n, 0.95), At(n, 0.99), _max / 1e6);
        }

        /// <summary>Nearest rank, in ms: the smallest value that at least a share <paramref name="q"/> of all does not exceed.</summary>
        private double At(int n, double q) => _sorted[Math.Clamp((int)Math.Ceiling(n * q) - 1, 0, n - 1)] / 1e6;
    }
}
