using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Slots, channels and statistics of frames, and the sizes and metadata that they meet.</summary>
public sealed class FrameTests
{
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

    [Fact]
    public void Percentiles_are_nearest_rank_over_each_stage()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        for (int i = 1; i <= 100; i++)
        {
            long start = i * 1_000_000_000L;
            foreach (Stamp s in Enum.GetValues<Stamp>()) slot[s] = start + ((int)s * i * 1_000_000L);
            stats.Record(slot);
        }

        Percentiles infer = stats.Of(Stage.Infer);
        Assert.Equal(new Percentiles(50, 90, 95, 99, 100), infer);
        Assert.Equal((Stamp.Presented - Stamp.Arrived) * 50, stats.CaptureToPresent.P50);
        Assert.Equal(1, stats.FramesPerSecond, 1);
        stats.Clear();
        Assert.Equal(0, stats.Count);
        Assert.Equal(default, stats.Of(Stage.Infer));
    }

    [Fact]
    public void The_maximum_is_over_all_frames_and_percentiles_over_the_last()
    {
        FrameStats stats = new();
        using FrameSlot slot = new();
        for (int i = 0; i <= FrameStats.Window; i++)
        {
            slot[Stamp.Captured] = i == 0 ? 9_000_000 : 1_000_000;
            stats.Record(slot);
        }

        Assert.Equal(new Percentiles(1, 1, 1, 1, 9), stats.Of(Stage.Capture));
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
