using RealtimeSeg.Core.Temporal;
using Xunit;

namespace RealtimeSeg.Tests.Core;

/// <summary>Classes over time: steady where nothing happens, quick where something does.</summary>
public sealed class TemporalTests
{
    private static readonly bool[] Still = [true], Moving = [false];

    [Fact]
    public void A_doubtful_change_of_one_frame_does_not_show()
    {
        TemporalSmoother smoother = new(0.5f);
        Assert.Equal(1, Step(smoother, Still, 1, 200));
        Assert.Equal(1, Step(smoother, Still, 1, 200));
        Assert.Equal(1, Step(smoother, Still, 2, 120));
        Assert.Equal(1, Step(smoother, Still, 1, 200));
    }

    [Fact]
    public void A_change_that_lasts_shows_after_a_few_frames()
    {
        TemporalSmoother smoother = new(1);
        for (int i = 0; i < 50; i++) Step(smoother, Still, 1, 255);
        int frames = 1;
        while (Step(smoother, Still, 2, 255) == 1) frames++;
        Assert.Equal(9, frames); // eight frames of votes, then the takeover
    }

    [Fact]
    public void A_change_shows_at_once_where_the_image_moves()
    {
        TemporalSmoother smoother = new(1);
        for (int i = 0; i < 50; i++) Step(smoother, Still, 1, 255);
        Assert.Equal(2, Step(smoother, Moving, 2, 60));
    }

    [Fact]
    public void Strength_zero_changes_nothing()
    {
        TemporalSmoother smoother = new(0);
        Step(smoother, Still, 1, 255);
        Assert.Equal(2, Step(smoother, Still, 2, 1));
    }

    [Fact]
    public void Motion_is_what_exceeds_noise_and_what_is_near_it()
    {
        MotionMask motion = new();
        byte[] first = new byte[9 * 9 * 3], second = new byte[first.Length];
        first.AsSpan().Fill(50);
        second.AsSpan().Fill(61); // within noise
        second[((4 * 9) + 4) * 3] = 120;
        Assert.DoesNotContain(true, motion.Update(first, 9).ToArray());
        bool[] still = motion.Update(second, 9).ToArray();
        for (int y = 0; y < 9; y++)
        {
            for (int x = 0; x < 9; x++) Assert.Equal(Math.Abs(x - 4) > 2 || Math.Abs(y - 4) > 2, still[(y * 9) + x]);
        }

        Assert.Equal([false], motion.Update([14, 6, 12], 1).ToArray()); // another size: all new
    }

    [Fact]
    public void Flicker_counts_still_pixels_that_change_class()
    {
        FlickerMeter meter = new();
        bool[] still = [true, true, true, false];
        meter.Add(still, [1, 1, 1, 1]);
        meter.Add(still, [1, 2, 1, 2]);
        Assert.Equal(1 / 3.0, meter.Flicker, 9);
        meter.Add(still, [1, 2, 9, 1], ignoreFrom: 5);
        Assert.Equal(1 / 5.0, meter.Flicker, 9);
    }

    /// <summary>One pixel, one frame.</summary>
    private static byte Step(TemporalSmoother smoother, bool[] still, byte label, byte confidence)
    {
        byte[] labels = [label];
        smoother.Apply(still, labels, [confidence]);
        return labels[0];
    }
}
