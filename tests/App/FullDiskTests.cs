using OpenCvSharp;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What becomes of a video whose last bytes do not fit: it is neither called complete nor replaced by something worse.</summary>
public sealed class FullDiskTests
{
    private const int Frames = 60, Rate = 30;

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("v.mp4", 0)]
    [InlineData("v.mp4", 4)]
    [InlineData("v.mp4", 100)]
    [InlineData("v.mov", 0)]
    public void A_recording_stays_as_it_was_written_where_its_copy_in_order_does_not_fit(string name, int missing)
    {
        Media.SkipWithoutFfmpeg();
        using SmallDisk disk = new(kilobytes: (2 * KilobytesOf(name)) - missing); // as written, it is larger than in order
        using SinkSet sinks = Record(disk[name]);
        sinks.Finish();
        sinks.ThrowIfFailed();
        Assert.Equal([disk[name]], sinks.Outputs);
        Assert.Equal(Frames, Media.Times(disk[name]).Length);
        Assert.Contains("No space left", Assert.Single(sinks.Problems), StringComparison.Ordinal);
        Assert.Equal(disk[name], Assert.Single(Directory.GetFiles(Path.GetDirectoryName(disk[name])!)));
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("v.webm")]
    [InlineData("v.mkv")]
    public void A_video_whose_end_does_not_fit_is_not_called_written(string name)
    {
        Media.SkipWithoutFfmpeg();
        using SmallDisk disk = new(kilobytes: KilobytesOf(name) - 8);
        using SinkSet sinks = Record(disk[name]);
        sinks.Finish();
        UserError e = Assert.Throws<UserError>(sinks.ThrowIfFailed);
        string part = disk[name.Replace(".", ".part.", StringComparison.Ordinal)];
        Assert.Contains("No space left", e.Message, StringComparison.Ordinal);
        Assert.Contains($"what was recorded is in {part}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"the disk at {Path.GetDirectoryName(part)} is full", e.Message, StringComparison.Ordinal);
        Assert.Empty(sinks.Outputs);
        Assert.InRange(Media.Times(part).Length, 1, Frames - 1);
    }

    /// <summary>Room that the whole video takes.</summary>
    private static long KilobytesOf(string name)
    {
        using TemporaryFolder folder = new();
        using SinkSet sinks = Record(folder[name]);
        sinks.Finish();
        return (new FileInfo(folder[name]).Length / 1024) + 1;
    }

    private static SinkSet Record(string file)
    {
        using Studio studio = new();
        SinkSet sinks = new(_ => { });
        sinks.Add(new VideoSink(file, Studio.Context()));
        Random random = new(7); // the same images each time, which take the same room
        byte[] noise = new byte[120 * 160 * 3];
        for (int i = 0; i < Frames; i++)
        {
            random.NextBytes(noise);
            using Mat image = Mat.FromPixelData(120, 160, MatType.CV_8UC3, noise);
            studio.Show(sinks, image, i / (double)Rate);
        }

        return sinks;
    }
}
