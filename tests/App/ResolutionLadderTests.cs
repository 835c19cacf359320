using RealtimeSeg.Inference;
using Xunit;

namespace RealtimeSeg.Tests.App;

public sealed class ResolutionLadderTests
{
    private static readonly (int Width, int Height) Full = (480, 360);

    /// <summary>Too slow for 33 ms at full size.</summary>
    [Fact]
    public void It_goes_down_at_once_up_after_a_while_and_stays_where_it_fits()
    {
        ResolutionLadder ladder = new(30, Full);
        List<int> widths = [];
        for (int i = 0; i < 300; i++)
        {
            ladder.Observe(50 * Share(ladder), 5);
            widths.Add(ladder.Size.Width);
        }

        Assert.Equal(408, widths[10]); // late frames in a row, after the first ones, which do not count
        Assert.Equal([480, 408, 336], widths.Distinct());
        Assert.Single(widths.Skip(20).Distinct()); // and then it stays
        Assert.True((50 * Share(ladder)) + 5 <= 1000.0 / 30);
        for (int i = 0; i < 20; i++) ladder.Observe(2, 1); // a few cheap frames are not enough
        Assert.Equal(336, ladder.Size.Width);
        for (int i = 0; i < 200; i++) ladder.Observe(2, 1);
        Assert.Equal(480, ladder.Size.Width);
    }

    /// <summary>
    /// The larger size looks as if it fitted, and never does: 10,000 frames, five and a half minutes, are too long a time to go back and
    /// forth in, but not to try again now and then.
    /// </summary>
    [Fact]
    public void A_step_up_that_failed_is_tried_more_and_more_rarely()
    {
        ResolutionLadder ladder = new(30, Full);
        List<int> steps = [];
        for (int i = 0; i < 10_000; i++)
        {
            int before = ladder.Size.Width;
            ladder.Observe(before == 480 ? 40 : 10, 0);
            if (ladder.Size.Width > before) steps.Add(i);
        }

        Assert.InRange(steps.Count, 10, 16);
        Assert.True(steps[1] - steps[0] < 100, "the first steps were rare already");
        Assert.True(steps[^1] - steps[^2] > 900, "the last steps were not rare yet");
    }

    /// <summary>Another program took both cores for a third of a second, every now and then.</summary>
    [Fact]
    public void Single_late_frames_do_not_change_the_size()
    {
        ResolutionLadder ladder = new(30, Full);
        for (int i = 0; i < 2000; i++) ladder.Observe(i % 20 == 7 ? 300 : 20, 5);
        Assert.Equal(Full, ladder.Size);
    }

    /// <summary>Frames of the old size are still on their way when the size changes.</summary>
    [Fact]
    public void Frames_in_flight_do_not_cause_a_second_step()
    {
        ResolutionLadder ladder = new(30, Full);
        while (ladder.Size.Width == 480) ladder.Observe(40, 0);
        for (int i = 0; i < 5; i++) ladder.Observe(40, 0);
        for (int i = 0; i < 10; i++) ladder.Observe(28, 0);
        Assert.Equal(408, ladder.Size.Width);
    }

    [Theory]
    [InlineData(15, 480)]
    [InlineData(28, 408)] // 20.2 of 33.3 ms
    [InlineData(45, 278)] // 15.1
    [InlineData(500, 230)]
    public void The_first_size_leaves_room_for_drawing(double fullMs, int width)
    {
        ResolutionLadder ladder = new(30, Full);
        while (!ladder.Settles(fullMs * Share(ladder))) { }
        Assert.Equal(width, ladder.Size.Width);
    }

    private static double Share(ResolutionLadder l) => l.Size.Width * l.Size.Height / (double)(Full.Width * Full.Height);
}
