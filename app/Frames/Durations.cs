using HdrHistogram;
using HdrHistogram.Iteration;

namespace RealtimeSeg.Frames;

/// <summary>
/// Durations of one kind in histograms of fixed size: over a whole run, and over its last seconds. Recording takes constant time and
/// allocates nothing, and figures cost the same after an hour as after a second.
/// </summary>
public sealed class Durations
{
    /// <summary>How far back figures of now reach: at least this many seconds, at most twice as many.</summary>
    public const int RecentSeconds = 5;

    private const long Nanoseconds = 1_000_000_000;

    /// <summary>What the histograms tell apart, in nanoseconds; anything longer counts as a minute.</summary>
    private const long Shortest = 1000, Longest = 60 * Nanoseconds;

    /// <summary>Significant digits of percentiles: 0.1 % over the run, 1 % in figures of now.</summary>
    private const int Digits = 3, RecentDigits = 2;

    private readonly LongHistogram _all = new(Shortest, Longest, Digits);

    /// <summary>
    /// Both are filled; one is emptied every <see cref="RecentSeconds"/>, in turn. The other one then covers the seconds before.
    /// </summary>
    private readonly LongHistogram[] _recent = [new(Shortest, Longest, RecentDigits), new(Shortest, Longest, RecentDigits)];

    private long _sum, _max, _emptied;
    private int _older;

    /// <summary>Durations recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Mean in nanoseconds; 0 without any.</summary>
    public double Mean => Count == 0 ? 0 : _sum / (double)Count;

    /// <summary>Over all that were recorded.</summary>
    public Percentiles Percentiles => Count == 0
        ? default
        : new Percentiles(UpTo(50), UpTo(90), UpTo(95), UpTo(99), _max / 1e6);

    /// <summary>Median of the last seconds, in ms.</summary>
    public double RecentMedian => At(_recent[_older], 50);

    /// <summary>The 99th percentile of the last seconds, in ms.</summary>
    public double RecentTail => At(_recent[_older], 99);

    /// <summary>Counts a duration.</summary>
    /// <param name="nanoseconds">How long it took.</param>
    /// <param name="now">When it ended.</param>
    public void Add(long nanoseconds, long now)
    {
        long counted = Math.Clamp(nanoseconds, 0, Longest);
        long since = now - _emptied;
        if (since >= RecentSeconds * Nanoseconds) Turn(now);
        if (since >= 2 * RecentSeconds * Nanoseconds) Turn(now); // nothing came for a while: the other one is out of date, too
        _all.RecordValue(counted);
        foreach (LongHistogram recent in _recent) recent.RecordValue(counted);
        Count++;
        _sum += nanoseconds;
        _max = Math.Max(_max, nanoseconds);
    }

    /// <summary>Counts how all durations are spread over bins of equal width from 0; the last bin also has what is longer.</summary>
    /// <param name="binMilliseconds">Width of a bin.</param>
    /// <param name="bins">How many.</param>
    public long[] Spread(double binMilliseconds, int bins)
    {
        long[] counts = new long[bins];
        foreach (HistogramIterationValue v in _all.RecordedValues())
        {
            double milliseconds = _all.MedianEquivalentValue(v.ValueIteratedTo) / 1e6;
            counts[Math.Min(bins - 1, (int)(milliseconds / binMilliseconds))] += v.CountAtValueIteratedTo;
        }

        return counts;
    }

    public void Clear()
    {
        _all.Reset();
        foreach (LongHistogram recent in _recent) recent.Reset();
        (Count, _sum, _max) = (0, 0, 0);
    }

    /// <summary>Empties the histogram that reaches back further; the other one is then the older one.</summary>
    private void Turn(long now)
    {
        _recent[_older].Reset();
        _older = 1 - _older;
        _emptied = now;
    }

    /// <summary>The histogram rounds up, by up to 0.1 %: not beyond the longest.</summary>
    private double UpTo(double percent) => Math.Min(At(_all, percent), _max / 1e6);

    /// <summary>Nearest rank, in ms: the smallest value that at least a share of all does not exceed.</summary>
    private static double At(LongHistogram of, double percent) => of.TotalCount == 0 ? 0 : of.GetValueAtPercentile(percent) / 1e6;
}
