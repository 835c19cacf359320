using RealtimeSeg.Frames;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Slots, channels, clocks and statistics of frames.</summary>
public sealed class FrameTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void A_mailbox_gives_the_newest_frame_and_counts_the_others_as_dropped()
    {
        FrameChannel mailbox = new(1);
        FrameSlot[] slots = [new(), new(), new()];
        Assert.Null(mailbox.Put(slots[0]));
        Assert.Same(slots[0], mailbox.Put(slots[1]));
        Assert.Same(slots[1], mailbox.Put(slots[2]));
        Assert.Same(slots[2], mailbox.Take(0));
        Assert.Null(mailbox.Take(0));
        Assert.Equal(2, mailbox.Dropped);
        foreach (FrameSlot s in slots) s.Dispose();
    }

    [Fact]
    public void The_frame_after_a_dropped_one_takes_over_that_the_user_jumped()
    {
        FrameChannel mailbox = new(1);
        using FrameSlot jumped = new() { Jumped = true }, next = new();
        mailbox.Put(jumped);
        mailbox.Put(next);
        Assert.True(mailbox.Take(0)!.Jumped);
    }

    [Fact]
    public void A_closed_queue_gives_what_is_left_then_nothing_and_wakes_a_waiting_taker()
    {
        FrameChannel queue = new(2);
        using FrameSlot slot = new();
        queue.Put(slot);
        queue.Close();
        Assert.False(queue.IsFinished);
        Assert.Same(slot, queue.Take());
        Assert.True(queue.IsFinished);

        FrameChannel other = new(2);
        FrameSlot? taken = slot;
        Thread taker = new(() => taken = other.Take());
        taker.Start();
        other.Close();
        Assert.True(taker.Join(TimeSpan.FromSeconds(30)), "the taker still waits");
        Assert.Null(taken);
    }

    /// <summary>They reach back five to ten seconds, and a pause empties them.</summary>
    [Fact]
    public void Figures_of_now_forget_what_is_older_than_ten_seconds()
    {
        Durations durations = new();
        long now = 100 * Second;
        void Add(double seconds, long took)
        {
            for (long end = now + (long)(seconds * Second); now < end; now += Second / 10) durations.Add(took, now);
        }

        Add(11, 9_000_000);
        Assert.InRange(durations.RecentMedian, 8.9, 9.1);
        Add(4, 2_000_000);
        Assert.InRange(durations.RecentTail, 8.9, 9.1); // the slow ones are still among them
        Add(7, 2_000_000);
        Assert.InRange(durations.RecentTail, 1.98, 2.02);
        Add(6, 9_000_000);
        now += 30 * Second;
        Add(0.5, 2_000_000);
        Assert.InRange(durations.RecentTail, 1.98, 2.02);
        Assert.InRange(durations.Percentiles.P99, 8.9, 9.1);
    }

    [Fact]
    public void No_percentile_exceeds_the_maximum()
    {
        Durations durations = new();
        for (int i = 1; i <= 50; i++)
        {
            durations.Add(i * 1_234_567, now: i); // the histogram rounds up to its buckets
            Percentiles p = durations.Percentiles;
            Assert.Equal(p.Max, p.P99);
        }
    }

    [Fact]
    public void Percentiles_are_nearest_rank_over_all_frames_to_a_thousandth()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        for (int i = 1; i <= 100; i++)
        {
            foreach (Stamp s in Enum.GetValues<Stamp>()) slot[s] = (i * Second) + ((int)s * i * 1_000_000L);
            slot.LabelledFrom = slot[Stamp.Arrived];
            stats.Record(slot);
        }

        Percentiles infer = stats.Of(Stage.Infer);
        double[] values = [infer.P50, infer.P90, infer.P95, infer.P99, infer.Max];
        Assert.All(values.Zip([50.0, 90, 95, 99, 100]), v => Assert.InRange(v.First / v.Second, 0.999, 1.001));
        Assert.InRange(stats.CaptureToPresent.P50 / ((Stamp.Presented - Stamp.Arrived) * 50), 0.999, 1.001);
        Assert.Equal(1, stats.FramesPerSecond, 1);
        long[] spread = stats.LatencySpread((Stamp.Presented - Stamp.Arrived) * 20, 5);
        Assert.Equal(100, spread.Sum());
        Assert.All(spread, n => Assert.InRange(n, 19, 21));
        stats.Clear();
        Assert.Equal(0, stats.Count);
        Assert.Equal(default, stats.Of(Stage.Infer));
    }

    [Fact]
    public void A_long_run_is_recorded_without_allocating_and_figures_of_now_forget_its_beginning()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        Stamp[] stamps = Enum.GetValues<Stamp>();
        void Run(int frames, long took)
        {
            for (int i = 0; i < frames; i++)
            {
                long start = slot[Stamp.Requested] + (Second / 30);
                foreach (Stamp s in stamps) slot[s] = s < Stamp.Inferred ? start : start + took;
                slot.LabelledFrom = start;
                stats.Record(slot);
            }
        }

        Run(100, 9_000_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(20_000, 2_000_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.InRange(stats.RecentMedian(Stage.Infer), 1.98, 2.02);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256); // reading costs the same at any time
        Assert.InRange(stats.RecentLatency.Tail, 1.98, 2.02);
        Assert.Equal(9, stats.CaptureToPresent.Max);
        Assert.InRange(stats.CaptureToPresent.P99, 1.998, 2.002);
    }

    [Fact]
    public void A_pause_counts_neither_as_a_period_nor_as_latency()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        void Show(long arrived, long presented)
        {
            foreach (Stamp s in Enum.GetValues<Stamp>()) slot[s] = arrived;
            slot.LabelledFrom = arrived;
            slot[Stamp.Presented] = presented;
            stats.Record(slot);
        }

        for (int i = 0; i < 10; i++) Show(i * Second / 10, (i * Second / 10) + 30_000_000);
        stats.Cut(60 * Second);
        Show(Second, (60 * Second) + 5_000_000); // it was on its way when the pause began
        for (int i = 1; i < 10; i++) Show((60 * Second) + (i * Second / 10), (60 * Second) + (i * Second / 10) + 30_000_000);
        Assert.Equal(20, stats.Count);
        Assert.Equal(30, stats.CaptureToPresent.Max);
        Assert.Equal(30, stats.MaskAge.Max);
        Assert.InRange(stats.Period.Max, 99, 126);
        Assert.InRange(stats.FramesPerSecond, 9.5, 10.5);
    }

    [Fact]
    public void The_rate_is_that_of_the_last_two_seconds_and_falls_while_nothing_comes()
    {
        FrameRate rate = new();
        Assert.Equal(0, rate.At(0));
        for (int i = 0; i < 300; i++) rate.Add(i * Second / 30);
        for (int i = 0; i < 21; i++) rate.Add((10 * Second) + (i * Second / 5));
        Assert.Equal(5, rate.At(14 * Second), 6);
        Assert.Equal(5, rate.At((14 * Second) + (Second / 10)), 6);
        double[] after = [.. Enumerable.Range(1, 20).Select(i => rate.At((14 * Second) + (i * Second / 8)))];
        Assert.Equal(after.OrderDescending(), after);
        Assert.Equal(0, after[^1]);
    }

    [Fact]
    public void The_most_urgent_status_is_the_first_alarm_or_else_the_first()
    {
        Status notice = new("loading"), other = new("loaded"), alarm = Status.Alarm("lost"), second = Status.Alarm("broken");
        Assert.Equal(alarm, Status.MostUrgent(null, notice, alarm, second));
        Assert.Equal(notice, Status.MostUrgent(null, notice, other));
        Assert.Null(Status.MostUrgent(null, null));
    }

    [Fact]
    public void A_queue_gives_frames_in_order_and_drops_the_oldest_when_full()
    {
        FrameChannel queue = new(2);
        using FrameSlot first = new() { Jumped = true }, second = new(), third = new(), fourth = new();
        Assert.Null(queue.Put(first));
        Assert.Null(queue.Put(second));
        Assert.Equal(0, queue.Dropped);
        Assert.Same(first, queue.Put(third));
        Assert.Same(second, queue.Take(0));
        Assert.True(second.Jumped); // it follows the jump now
        Assert.False(third.Jumped);
        Assert.Null(queue.Put(fourth));
        Assert.Equal([third, fourth], [queue.Take(0), queue.Take(0)]);
        Assert.False(queue.IsFinished); // empty, but open
        Assert.Null(queue.Take(1));
        queue.Close();
        Assert.True(queue.IsFinished);
        Assert.Null(queue.Take());
    }

    [Fact]
    public void A_stepped_clock_advances_by_waiting_and_never_goes_back()
    {
        using ManualResetEvent never = new(false);
        SteppedClock clock = new();
        Assert.Equal(0, clock.Now);
        clock.WaitUntil(5, never);
        clock.WaitUntil(3, never);
        Assert.Equal(5, clock.Now);
    }

    [Fact]
    public void The_wall_clock_counts_nanoseconds_and_waits_until_a_moment_or_the_end()
    {
        using ManualResetEvent never = new(false), ended = new(true);
        WallClock clock = new();
        long watch = System.Diagnostics.Stopwatch.GetTimestamp(), start = clock.Now; // the longer one begins first
        clock.WaitUntil(start + 20_000_000, never);
        long waited = clock.Now - start;
        Assert.True(waited >= 19_000_000, $"{waited} ns");
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(watch).TotalNanoseconds, waited, double.MaxValue);
        clock.WaitUntil(clock.Now + (3600 * Second), ended);
        clock.WaitUntil(start, never); // a moment ago
    }

    [Fact]
    public void The_stages_of_the_last_frames_are_kept_one_by_one()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        Assert.Equal(0, stats.Recent(Stage.Infer, 0));
        for (int i = 1; i <= FrameStats.Kept + 6; i++)
        {
            foreach (Stamp s in Enum.GetValues<Stamp>()) slot[s] = (i * Second) + (s < Stamp.Inferred ? 0 : i * 1_000_000);
            stats.Record(slot);
            Assert.Equal(i, stats.Recent(Stage.Infer, 0));
            Assert.Equal(i - 1, stats.Recent(Stage.Infer, 1));
        }

        Assert.Equal(7, stats.Recent(Stage.Infer, FrameStats.Kept - 1));
        Assert.Equal(0, stats.Recent(Stage.Infer, FrameStats.Kept));
        Assert.InRange(stats.RecentRate(slot[Stamp.Presented]), 0.9, 1.1);
        stats.Clear();
        Assert.Equal(0, stats.Recent(Stage.Infer, 0));
        Assert.Equal(0, stats.RecentRate(slot[Stamp.Presented]));
    }

    [Fact]
    public void Durations_have_a_mean_and_a_spread_and_forget_all_when_cleared()
    {
        Durations durations = new();
        Assert.Equal((0, 0.0, default), (durations.Count, durations.Mean, durations.Percentiles));
        foreach (int ms in new[] { 1, 2, 9, 31, 250 }) durations.Add(ms * 1_000_000L, now: ms);
        durations.Add(100 * Second, now: 300); // beyond what the histogram tells apart
        Assert.Equal(6, durations.Count);
        Assert.Equal((293_000_000 + (100.0 * Second)) / 6, durations.Mean, 3);
        Assert.Equal([3, 0, 0, 1, 2], durations.Spread(10, 5));
        Assert.Equal(100_000, durations.Percentiles.Max);
        durations.Clear();
        Assert.Equal((0, 0.0, default), (durations.Count, durations.Mean, durations.Percentiles));
        Assert.Equal((0.0, 0.0), (durations.RecentMedian, durations.RecentTail));
        Assert.Equal([0, 0], durations.Spread(10, 2));
    }

    /// <summary>More frames than the rate remembers, and a lone one.</summary>
    [Fact]
    public void The_rate_of_many_frames_is_that_of_the_last_ones()
    {
        FrameRate rate = new();
        for (int i = 0; i < 30_000; i++) rate.Add(Second + (i * 100_000L));
        Assert.Equal(10_000, rate.At(4 * Second), 0);
        rate.Clear();
        Assert.Equal(0, rate.At(4 * Second));
        rate.Add(5 * Second);
        Assert.Equal(0, rate.At(5 * Second)); // one frame has no period
        rate.Add(8 * Second);
        Assert.Equal(0.5, rate.At(8 * Second)); // one in the last two seconds
        rate.Add((8 * Second) + (Second / 2));
        Assert.Equal(2, rate.At((8 * Second) + (Second / 2)), 6);
        Assert.Equal(2, rate.At(9 * Second), 6); // a period later, the next is just due
        Assert.Equal(2 / 1.2, rate.At((9 * Second) + (Second / 5)), 6); // and then overdue
    }
}
