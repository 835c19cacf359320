using OpenCvSharp;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Several inputs, one after the other.</summary>
public sealed class JoinedInputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualResetEvent _stop = new(false);

    public void Dispose()
    {
        _stop.Dispose();
        _folder.Dispose();
    }

    /// <summary>Before the first frame of the first, which may be an hour long.</summary>
    [SkippableTheory]
    [InlineData("missing.mp4", "no file")]
    [InlineData("text.mp4", "not a video")]
    [InlineData("synth://seven", "with a whole number")]
    public void A_later_input_that_cannot_be_read_is_refused_at_once(string name, string says)
    {
        Media.SkipWithoutFfmpeg();
        File.WriteAllText(_folder["text.mp4"], "no video");
        string later = name.Contains("://", StringComparison.Ordinal) ? name : _folder[name];
        UserError e = Assert.Throws<UserError>(() => SourceFactory.Open(["synth://3", "synth://4", later], new SourceOptions(), _stop));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Opening the second fails because the run was stopped, as when a signal reaches ffmpeg as well.</summary>
    [SkippableFact]
    public void A_run_that_is_stopped_while_a_later_input_opens_ends_in_order()
    {
        Media.SkipWithoutFfmpeg();
        string[] make = ["-v", "error", "-f", "lavfi", "-i", "testsrc=size=64x48:rate=10:duration=0.5", _folder["a.mp4"]];
        Assert.Equal(0, Cli.Try("ffmpeg", make)!.Value.Code);
        File.Copy(_folder["a.mp4"], _folder["b.mp4"]);
        using ISource source = SourceFactory.Open([_folder["a.mp4"], _folder["b.mp4"]], new SourceOptions(), _stop);
        File.Delete(_folder["b.mp4"]);
        using Mat image = new();
        for (int i = 0; i < 5; i++) Assert.True(source.Read(image));
        _stop.Set();
        Assert.False(source.Read(image));
        Assert.False(source.Read(image));
    }

    /// <summary>Titles and comments come before the stream in ffmpeg's description.</summary>
    [Fact]
    public void A_title_that_looks_like_a_stream_is_none()
    {
        StreamDescription description = new();
        description.Take("[info]     title           : Best Video: h264, yuv420p(tv, bt470bg), 99 fps");
        description.Take("[info]                     : Stream #0:0: Video: h264, yuv420p(tv, bt470bg), 98 fps");
        description.Take("[info]   Stream #0:1[0x101](eng): Audio: aac, 48000 Hz");
        description.Take("[info]   Stream #0:0[0x100](und): Video: h264 (High), yuv420p(tv, bt709, progressive), 640x480, 25 fps, 25 tbr");
        description.Take("[info]   Stream #0:2: Video: mjpeg, yuvj420p(pc, smpte170m), 5 fps");
        Assert.Equal(("bt709", 25.0), (description.Matrix, description.FramesPerSecond));
    }

    [Fact]
    public void A_stream_is_found_without_a_level_or_a_language()
    {
        StreamDescription description = new();
        description.Take("  Stream #0:0: Video: rawvideo (BGR[24] / 0x18524742), bgr24, 64x48, 10 fps");
        Assert.Equal(10, description.FramesPerSecond);
    }
}
