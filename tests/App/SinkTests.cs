using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>How outputs are named.</summary>
public sealed class SinkTests
{
    [Fact]
    public void Every_kind_of_output_has_help_and_takes_its_examples()
    {
        foreach (SinkKind kind in SinkKinds.All)
        {
            Assert.False(string.IsNullOrWhiteSpace(kind.Help));
            Assert.NotEmpty(kind.Examples);
            Assert.All(kind.Examples, name => Assert.Same(kind, SinkKinds.Of(name)));
        }

        Assert.Null(SinkKinds.Of("FILE.txt"));
    }

    [Theory]
    [InlineData(true, "c.webm", "c.mov", "c.png", "c%06d.png")]
    [InlineData(false, "c.webm", "c.mp4")]
    [InlineData(false, "c.png", "null")]
    [InlineData(false)]
    public void Transparency_needs_outputs_that_can_all_hold_it(bool holds, params string[] names)
        => Assert.Equal(holds, SinkFactory.HoldAlpha(names));

    /// <summary>A file per frame has a name, a handle and a compressor of its own; its content is made in buffers that stay.</summary>
    [Theory]
    [InlineData(64, 48)]
    [InlineData(640, 480)]
    public void Labels_are_written_without_allocating_what_they_contain(int width, int height)
    {
        const int Frames = 20;
        using TemporaryFolder folder = new();
        using EglContext context = new();
        using Renderer renderer = new(context.Gl, ["a", "b"], [0xFF0000, 0x00FF00], new RenderOptions());
        using FrameSlot slot = new();
        slot.Image.Create(height, width, MatType.CV_8UC3);
        slot.Labels.Create(height, width, MatType.CV_8UC1);
        Cv2.Randu(slot.Labels, Scalar.All(0), Scalar.All(2));
        using LabelSink sink = new(folder["masks"], Studio.Context());
        long before = 0;
        for (int i = 0; i < 2 * Frames; i++)
        {
            if (i == Frames) before = GC.GetAllocatedBytesForCurrentThread();
            slot.Index = i;
            sink.Present(renderer, slot);
        }

        long each = (GC.GetAllocatedBytesForCurrentThread() - before) / Frames;
        Assert.Equal(2 * Frames, Directory.GetFiles(folder["masks"], "0000??.png").Length);
        Assert.InRange(each, 1, 2560);
    }

    [Theory]
    [InlineData("v-%Y%m%d-%H%M%S.mp4", "v-20260702-030405.mp4")]
    [InlineData("%Y/%03d.png", "2026/%03d.png")]
    [InlineData("v%d.mp4", "v%d.mp4")]
    public void Names_have_the_time_where_they_ask_for_it(string name, string expected)
        => Assert.Equal(expected, OutputName.At(name, new DateTimeOffset(2026, 7, 2, 3, 4, 5, TimeSpan.Zero)));

    [Fact]
    public void The_files_of_a_sequence_are_those_with_its_numbers()
    {
        using TemporaryFolder folder = new();
        string[] names = ["a007.png", "a1234.png", "a07.png", "a-final.png", "b007.png", "a007.jpg"];
        foreach (string name in names) File.WriteAllText(folder[name], "");
        Assert.Equal([7L, 1234L], NumberedName.Existing(folder["a%03d.png"]).Select(f => f.Number).Order());
        Assert.Empty(NumberedName.Existing(folder["a.png"]));
        Assert.Empty(NumberedName.Existing(folder["none/a%d.png"]));
    }

    [Theory]
    [InlineData("a%06d.png", "a000007.png", "a??????.png")]
    [InlineData("a%d.png", "a7.png", "a*.png")]
    [InlineData("a.png", "a.png", "a.png")]
    public void Numbered_names_count_and_are_globs(string name, string seventh, string glob)
    {
        Assert.Equal(name != seventh, NumberedName.Matches(name));
        Assert.Equal(seventh, NumberedName.At(name, 7));
        Assert.Equal(glob, NumberedName.Glob(name));
    }
}
