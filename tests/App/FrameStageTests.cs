using RealtimeSeg.Frames;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>The parts of a frame's time, of one that the network ran on and of one that kept a mask.</summary>
public sealed class FrameStageTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Each_stage_lies_between_its_two_moments()
    {
        FrameStats stats = new();
        using FrameSlot slot = Squares();
        stats.Record(slot);
        double[] stages = [.. Enum.GetValues<Stage>().Select(s => stats.Of(s).Max)];
        Assert.Equal([4, 7, 9, 11, 15, 17, 19], stages);
        Assert.Equal(stages, Enum.GetValues<Stage>().Select(s => stats.Recent(s, 0)));
        Assert.Equal(99, stats.CaptureToPresent.Max);
        Assert.Equal(99, stats.MaskAge.Max);
        Assert.InRange(stats.RecentLatency.Median, 98, 100);
        Assert.Equal(0, stats.FramesPerSecond);
        Assert.Equal(default, stats.Period);
        Assert.Equal(0, stats.MasksKept);
    }

    [Fact]
    public void A_frame_that_kept_a_mask_has_an_older_one_and_no_inference()
    {
        FrameStats stats = new();
        using FrameSlot slot = Squares();
        slot.LabelledFrom = Second - 7_000_000;
        stats.Record(slot);
        Assert.Equal(107, stats.MaskAge.Max);
        Assert.InRange(stats.RecentMaskAge, 106, 108);
        Assert.Equal((1, 1, 0), (stats.Count, stats.MasksKept, stats.Of(Stage.Infer).Max));
        Assert.Equal(11, stats.Of(Stage.Steady).Max);
        stats.Clear();
        Assert.Equal(0, stats.MasksKept);
    }

    /// <summary>Moments at squares, so that each part of the way has a length of its own.</summary>
    private static FrameSlot Squares()
    {
        FrameSlot slot = new();
        foreach (Stamp s in Enum.GetValues<Stamp>()) slot[s] = Second + ((long)s * (long)s * 1_000_000);
        slot.LabelledFrom = slot[Stamp.Arrived];
        return slot;
    }
}
