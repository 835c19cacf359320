using OpenCvSharp;
using RealtimeSeg.Sinks;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>What a recording holds: times, colours, sound, and how it is divided.</summary>
public sealed class VideoSinkTests
{
    [SkippableTheory]
    [InlineData("v.mp4")]
    [InlineData("v.mkv")]
    [InlineData("v.webm")]
    [InlineData("v.mov")]
    public void Frames_keep_the_times_that_they_have_in_the_source(string name)
    {
        Media.SkipWithoutFfmpeg();
        double[] times = [.. Enumerable.Range(0, 30).Select(i => i / 30.0), .. Enumerable.Range(0, 10).Select(i => 1 + (i / 5.0))];
        using TemporaryFolder folder = new();
        Record(folder[name], Studio.Context(), times.Select(t => 7 + t)); // a source's first frame need not be at 0
        double[] recorded = Media.Times(folder[name]);
        Assert.Equal(times.Length + 1, recorded.Length); // the last one is repeated, since players would show it for 1/30 s
        Assert.All(times.Zip(recorded), pair => Assert.Equal(pair.First, pair.Second, 0.0011));
        Assert.Equal(3.0, Media.Duration(folder[name]), 0.034); // to a frame, the last is shown as long as the one before
        Assert.Equal(folder[name], Assert.Single(Directory.GetFiles(folder.Path)));
    }

    [Fact]
    public void Recorded_time_goes_on_where_the_sources_jumps_or_stands_still()
    {
        VideoTime time = new(0.1);
        (double Seconds, bool Jumped)[] source = [(5, false), (5.5, false), (2, true), (2.5, false), (0, false), (0, false), (1, false)];
        double[] recorded = [.. source.Select(s => time.Next(s.Seconds, s.Jumped))];
        double[] expected = [0, 0.5, 0.6, 1.1, 1.2, 1.3, 2.3];
        Assert.All(expected.Zip(recorded), pair => Assert.Equal(pair.First, pair.Second, 6));
    }

    [SkippableTheory]
    [InlineData(480, 360, "smpte170m")]
    [InlineData(1280, 720, "bt709")]
    public void Primaries_survive_a_recording_with_the_colours_that_its_tags_tell(int width, int height, string standard)
    {
        Media.SkipWithoutFfmpeg();
        (byte B, byte G, byte R)[] colors =
            [(0, 0, 255), (0, 255, 0), (255, 0, 0), (0, 255, 255), (255, 255, 0), (255, 0, 255), (255, 255, 255), (0, 0, 0)];
        using TemporaryFolder folder = new();
        using (Studio studio = new())
        using (VideoSink sink = new(folder["v.mp4"], Studio.Context()))
        using (Mat bars = new(height, width, MatType.CV_8UC3))
        {
            for (int i = 0; i < colors.Length; i++)
            {
                Rect bar = new(i * width / colors.Length, 0, width / colors.Length, height);
                bars[bar].SetTo(new Scalar(colors[i].B, colors[i].G, colors[i].R));
            }

            for (int i = 0; i < 5; i++) studio.Show(sink, bars, i / 30.0);
            sink.Finish();
        }

        string tags = Media.Probe(folder["v.mp4"], "-show_entries", "stream=color_range,color_space,color_transfer,color_primaries");
        Assert.Equal($"tv,{standard},{standard},{standard}", tags);
        string[] decode = ["-v", "error", "-i", folder["v.mp4"], "-frames:v", "1", "-pix_fmt", "bgr24", "-f", "rawvideo", folder["v.bgr"]];
        Assert.Equal(0, Cli.Try("ffmpeg", decode)!.Value.Code);
        byte[] bgr = File.ReadAllBytes(folder["v.bgr"]);
        for (int i = 0; i < colors.Length; i++)
        {
            int at = ((height / 2 * width) + (((2 * i) + 1) * width / colors.Length / 2)) * 3;
            (byte B, byte G, byte R) = colors[i];
            Assert.All(new[] { (bgr[at], B), (bgr[at + 1], G), (bgr[at + 2], R) }, c => Assert.InRange(c.Item1 - c.Item2, -2, 2));
        }
    }

    [SkippableFact]
    public void Images_of_another_size_are_fitted_into_the_first_ones()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        using Studio studio = new();
        using VideoSink sink = new(folder["v.mp4"], Studio.Context());
        using Mat first = Studio.Noise(160, 120), second = Studio.Noise(90, 200);
        for (int i = 0; i < 6; i++) studio.Show(sink, i < 3 ? first : second, i / 30.0);
        sink.Finish();
        Assert.Equal(6, Media.Times(folder["v.mp4"]).Length);
        Assert.Equal("160,120", Media.Probe(folder["v.mp4"], "-show_entries", "stream=width,height"));
    }

    /// <summary>They have no times of frames: AVI has one rate, GIF hundredths of a second.</summary>
    [SkippableTheory]
    [InlineData("v.avi", "h264")]
    [InlineData("v.gif", "gif")]
    public void Simple_containers_have_every_frame_at_their_rate(string name, string codec)
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        Record(folder[name], Studio.Context(), Enumerable.Range(0, 30).Select(i => i / 30.0));
        string[] count = ["-count_frames", "-show_entries", "stream=codec_name,nb_read_frames"];
        Assert.Equal($"{codec},30", Media.Probe(folder[name], count));
        Assert.Equal(1.0, Media.Duration(folder[name]), 0.02);
    }

    [SkippableTheory]
    [InlineData("nvenc", "h264_nvenc")]
    [InlineData("h264_vaapi", "h264_vaapi")]
    [InlineData("h264_qsv", "h264_qsv")]
    public void A_cards_encoder_that_does_not_run_is_replaced_aloud(string asked, string full)
    {
        Media.SkipWithoutFfmpeg();
        Skip.If(Path.Exists("/dev/dri") || Path.Exists("/dev/nvidiactl"), "this machine may have such a card");
        using TemporaryFolder folder = new();
        IEnumerable<double> times = Enumerable.Range(0, 5).Select(i => i / 30.0);
        VideoOptions card = new(Codec: asked);
        string told = InProcess.Errors(() => Record(folder["v.mp4"], Studio.Context(video: card), times));
        Assert.StartsWith($"warning: {full} does not run here (ffmpeg reports '", told, StringComparison.Ordinal);
        Assert.EndsWith($"libx264 encodes {folder["v.mp4"]} instead", told.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("h264", Media.Probe(folder["v.mp4"], "-show_entries", "stream=codec_name"));
    }

    [Fact]
    public void A_virtual_camera_that_is_not_there_is_refused_with_the_way_to_make_it()
    {
        const string Device = "/dev/video987";
        string refusal = Assert.Throws<UserError>(() => LoopbackCamera.Check(Device)).Message;
        Assert.StartsWith($"cannot write {Device}: there is no such device: ", refusal, StringComparison.Ordinal);
        Assert.Contains("sudo modprobe v4l2loopback video_nr=987", refusal, StringComparison.Ordinal);
        LoopbackCamera.Check("/dev/null");
        LoopbackCamera.Check("/dev/video.mp4");
    }

    [Trait("Set", "Slow")]
    [SkippableTheory]
    [InlineData("v.mp4")]
    [InlineData("v.mkv")]
    public void Kept_sound_is_in_step_with_a_video_that_starts_later(string name)
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        const string Beep = "aevalsrc=if(gte(t\\,2)\\,sin(2000*t)\\,0):d=4"; // silent for two seconds
        string[] make = ["-v", "error", "-f", "lavfi", "-i", "testsrc=d=4", "-f", "lavfi", "-i", Beep, "-c:a", "aac", folder["a.mp4"]];
        Assert.Equal(0, Cli.Try("ffmpeg", make)!.Value.Code);
        VideoOptions sound = new(SoundFrom: folder["a.mp4"]);
        Record(folder[name], Studio.Context(video: sound), Enumerable.Range(0, 60).Select(i => 1.5 + (i / 30.0)));
        string[] decode = ["-v", "error", "-i", folder[name], "-ac", "1", "-ar", "8000", "-f", "s16le", folder["pcm"]];
        Assert.Equal(0, Cli.Try("ffmpeg", decode)!.Value.Code);
        short[] samples = [.. File.ReadAllBytes(folder["pcm"]).Chunk(2).Select(b => BitConverter.ToInt16(b))];
        Assert.Equal(0.5, Array.FindIndex(samples, s => Math.Abs((int)s) > 3000) / 8000.0, 1 / 30.0);
        Assert.Equal(60, Media.Times(folder[name]).Length);
        Assert.Equal(2.0, Media.Duration(folder[name]), 0.05);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_split_recording_goes_on_in_files_that_are_each_complete_also_after_a_restart()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        SinkContext halfSeconds = Studio.Context(video: new VideoOptions(SplitMinutes: 0.5 / 60));
        for (int run = 0; run < 2; run++) Record(folder["v-%02d.mp4"], halfSeconds, Enumerable.Range(0, 33).Select(i => i / 30.0));
        string[] files = [.. Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal)];
        Assert.Equal("v-00.mp4 v-01.mp4 v-02.mp4 v-03.mp4 v-04.mp4 v-05.mp4", string.Join(' ', files.Select(Path.GetFileName)));
        Assert.Equal([15, 15, 3, 15, 15, 3], files.Select(f => Media.Times(f).Length));
        Assert.All(files, f => Assert.Equal(0, Media.Times(f)[0]));
    }

    [SkippableFact]
    public void A_partial_file_of_an_earlier_run_and_a_name_that_was_taken_meanwhile_are_left_alone()
    {
        Media.SkipWithoutFfmpeg();
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["v.part.mp4"], "rescued");
        using Studio studio = new();
        using Mat image = Studio.Plain(Scalar.Red);
        using (VideoSink sink = new(folder["v.mp4"], Studio.Context()))
        {
            studio.Show(sink, image, 0);
            File.WriteAllText(folder["v.mp4"], "another's");
            Assert.Equal(folder["v-2.mp4"], sink.Finish());
            sink.Dispose(); // and once more at the end of the block
        }

        Assert.Equal("rescued", File.ReadAllText(folder["v.part.mp4"]));
        Assert.Equal("another's", File.ReadAllText(folder["v.mp4"]));
        Assert.Single(Media.Times(folder["v-2.mp4"]));
    }

    /// <summary>libx265 says much on standard error whatever ffmpeg is told; none of it is a failure.</summary>
    [SkippableFact]
    public void An_encoder_that_chats_has_not_failed()
    {
        const string Codec = "libx265";
        (int Code, string Out, string Error)? encoders = Cli.Try("ffmpeg", "-hide_banner", "-encoders");
        Skip.If(encoders?.Out.Contains(Codec, StringComparison.Ordinal) != true, $"ffmpeg has no {Codec}");
        using TemporaryFolder folder = new();
        Record(folder["v.mkv"], Studio.Context(video: new VideoOptions(Codec)), Enumerable.Range(0, 5).Select(i => i / 30.0));
        Assert.Equal(5, Media.Times(folder["v.mkv"]).Length);
    }

    [SkippableTheory]
    [InlineData("h265")]
    [InlineData("pcm_s16le")]
    public void An_encoder_that_ffmpeg_does_not_have_is_refused_before_the_first_frame(string codec)
    {
        Media.SkipWithoutFfmpeg();
        UserError e = Assert.Throws<UserError>(() => new VideoSink("v.mp4", Studio.Context(video: new VideoOptions(codec))));
        Assert.StartsWith($"--codec {codec}: ffmpeg has no such encoder of video", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void An_address_among_the_outputs_has_no_password()
    {
        Media.SkipWithoutFfmpeg();
        using RawServer receiver = new(async (stream, _, end) => await stream.CopyToAsync(Stream.Null, end));
        using Studio studio = new();
        using SinkSet sinks = new(_ => { });
        using Mat image = Studio.Plain(Scalar.Red);
        sinks.Add(new VideoSink(receiver.Address("tcp", login: "admin:s3cret@").TrimEnd('/'), Studio.Context()));
        for (int i = 0; i < 4; i++) studio.Show(sinks, image, i / 30.0);
        sinks.Finish();
        string output = Assert.Single(sinks.Outputs); // on a busy machine, with what was left out because ffmpeg was not ready yet
        Assert.StartsWith(receiver.Address("tcp").TrimEnd('/'), output, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", output, StringComparison.Ordinal);
    }

    private static void Record(string file, SinkContext context, IEnumerable<double> times)
    {
        using Studio studio = new();
        using VideoSink sink = new(file, context);
        using Mat image = Studio.Plain(new Scalar(10, 100, 200));
        foreach (double time in times)
        {
            image.SetTo(new Scalar(10, time * 50 % 255, 200));
            studio.Show(sink, image, time);
        }

        Assert.NotNull(sink.Finish());
    }
}
