using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Slots, channels and statistics of frames, and the sizes and metadata that they meet.</summary>
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

    [Theory]
    [InlineData(768, 576, Fit.Keep, 480, 360, 480, 360)]
    [InlineData(320, 240, Fit.Keep, 480, 360, 480, 360)]
    [InlineData(1280, 720, Fit.Keep, 554, 312, 554, 312)]
    [InlineData(1280, 720, Fit.Stretch, 480, 360, 480, 360)]
    [InlineData(4000, 10, Fit.Keep, 8314, 32, 8314, 32)]
    [InlineData(1280, 720, Fit.Letterbox, 480, 270, 480, 360)]
    [InlineData(720, 1280, Fit.Letterbox, 202, 360, 480, 360)]
    [InlineData(1280, 720, Fit.Crop, 640, 360, 480, 360)]
    [InlineData(4000, 10, Fit.Letterbox, 480, 1, 480, 360)]
    public void Geometry_keeps_aspect_and_area_stretches_adds_bars_or_crops(
        int width, int height, Fit fit, int scaledWidth, int scaledHeight, int networkWidth, int networkHeight)
    {
        FrameGeometry g = FrameGeometry.For(width, height, (480, 360), fit);
        Assert.Equal((scaledWidth, scaledHeight, networkWidth, networkHeight), (g.Width, g.Height, g.NetworkWidth, g.NetworkHeight));
    }

    [Fact]
    public void A_manifest_survives_the_file_and_a_wrong_one_is_refused()
    {
        ModelManifest m = new()
        {
            Classes = ["a", "b"],
            Palette = [0x010203, 0xFFEEDD],
            Size = (64, 32),
            Network = "n",
            Parameters = 7,
            MeanIu = 0.5,
            Fit = Fit.Stretch,
            Recipe = ["train --out a", "export a"],
            Scores = new Dictionary<string, string>(StringComparer.Ordinal) { ["camvid val"] = "mean IU 0.5" },
        };
        ModelManifest read = ModelManifest.Parse(m.ToMetadata(), "x.onnx");
        Assert.Equal(m.ToMetadata(), read.ToMetadata());
        Assert.Equal(m.Recipe, read.Recipe);
        Assert.Equal(m.Scores, read.Scores);

        Dictionary<string, string> bad = new(m.ToMetadata(), StringComparer.Ordinal) { ["rtseg.palette"] = "1" };
        Assert.Contains("x.onnx", Assert.Throws<UserError>(() => ModelManifest.Parse(bad, "x.onnx")).Message, StringComparison.Ordinal);
        bad["rtseg.schema"] = "99";
        Assert.Contains("update", Assert.Throws<UserError>(() => ModelManifest.Parse(bad, "x.onnx")).Message, StringComparison.Ordinal);
        Assert.Throws<UserError>(() => ModelManifest.Parse(new Dictionary<string, string>(StringComparer.Ordinal), "x.onnx"));
    }
}
