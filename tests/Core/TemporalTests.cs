using OpenCvSharp;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Sources;
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
    public void An_image_of_another_shape_is_new_even_with_as_many_pixels_and_so_is_one_after_a_cut()
    {
        MotionMask motion = new();
        byte[] gray = [.. Enumerable.Repeat((byte)50, 6 * 4 * 3)];
        motion.Update(gray, 6);
        Assert.DoesNotContain(false, motion.Update(gray, 6).ToArray());
        Assert.DoesNotContain(true, motion.Update(gray, 4).ToArray());
        Assert.DoesNotContain(false, motion.Update(gray, 4).ToArray());
        motion.Forget();
        Assert.DoesNotContain(true, motion.Update(gray, 4).ToArray());
    }

    /// <summary>A drive along the toy street is cut to another street; a camera that turns sees most of its image elsewhere.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_cut_is_found_and_a_drive_or_a_fast_pan_is_none()
    {
        using SceneCut cut = new();
        using StreetSource first = new("synth://3", null), second = new("synth://8", null);
        using Mat image = new();
        List<bool> found = [];
        foreach (StreetSource street in new[] { first, second })
        {
            for (int i = 0; i < 25 && street.Read(image); i++) found.Add(cut.Update(image));
        }

        Assert.Equal([25], Enumerable.Range(0, found.Count).Where(i => found[i]));
        using Mat small = new(), wide = new();
        Cv2.Resize(image, small, new Size(image.Width / 2, image.Height));
        Cv2.HConcat(small, image, wide);
        using SceneCut turning = new();
        (int width, int height) = (wide.Width, wide.Height);
        int view = width / 3, step = view / 5; // a turn that takes its whole view out of sight within five frames
        for (int x = 0; x + view <= width; x += step)
        {
            using Mat seen = new(wide, new Rect(x, 0, view, height));
            Assert.False(turning.Update(seen), $"a cut at {x}");
        }
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
