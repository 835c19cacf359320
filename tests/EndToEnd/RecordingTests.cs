using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary><c>replay</c> as a user runs it: what it writes, and how a run ends.</summary>
public sealed class RecordingTests(AppModel model) : IClassFixture<AppModel>
{
    private const string NoFfmpeg = "ffmpeg is not installed";

    [Trait("Set", "Slow")]
    [Fact]
    public void Replay_writes_a_playable_video_a_still_and_a_sequence()
    {
        using TemporaryFolder folder = new();
        string[] outputs = [folder["v.mp4"], folder["last.png"], folder["s%03d.png"]];
        (int code, string text, string error) = App(["replay", "synth://3", .. outputs, "--frames", "8", "--headless"]);
        Assert.True(code == 0, error);
        Assert.Contains("capture to present", text, StringComparison.Ordinal);
        using VideoCapture video = new(folder["v.mp4"], VideoCaptureAPIs.FFMPEG);
        using Mat frame = new();
        int frames = 0;
        while (video.Read(frame) && !frame.Empty()) frames++;
        Assert.Equal(8, frames);
        Assert.Equal(new Size(480, 360), new Size(video.FrameWidth, video.FrameHeight));
        using Mat last = Cv2.ImRead(folder["last.png"]), seventh = Cv2.ImRead(folder["s007.png"]);
        using Mat difference = new();
        Cv2.Absdiff(last, seventh, difference);
        using Mat plane = difference.Reshape(1);
        Assert.Equal(0, Cv2.CountNonZero(plane));
        Assert.Equal(10, Directory.GetFiles(folder.Path).Length); // and no partial file
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_cut_out_keeps_its_transparency_in_files_that_can_hold_it()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, NoFfmpeg);
        using TemporaryFolder folder = new();
        string[] outputs = [folder["c.webm"], folder["c.mov"], folder["c.png"]];
        string[] cutout = ["--view", "cutout", "--show", "road"]; // the bundled model: random weights may give one class alone
        string[] replay = ["replay", "synth://3", .. outputs, .. cutout, "--frames", "4", "--headless"];
        (int code, _, string error) = Cli.Run(Repository.Root, replay);
        Assert.True(code == 0, error);
        Assert.Contains("alpha_mode=1", Probe(folder["c.webm"], "-show_entries", "stream_tags=alpha_mode"), StringComparison.Ordinal);
        Assert.Contains("pix_fmt=argb", Probe(folder["c.mov"], "-show_entries", "stream=pix_fmt"), StringComparison.Ordinal);
        using Mat image = Cv2.ImRead(folder["c.png"], ImreadModes.Unchanged);
        Assert.Equal(4, image.Channels());
        using Mat alpha = image.ExtractChannel(3);
        alpha.MinMaxLoc(out double least, out double most);
        Assert.Equal((0.0, 255.0), (least, most));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Labels_and_class_shares_are_written_for_each_frame()
    {
        using TemporaryFolder folder = new();
        string[] files = ["--masks", folder["masks"], "--stats", folder["s.csv"]];
        (int code, _, string error) = App(["replay", "synth://3", "null", .. files, "--frames", "3", "--headless"]);
        Assert.True(code == 0, error);
        string[] lines = File.ReadAllLines(folder["s.csv"]);
        Assert.Equal("frame,seconds,class,share", lines[0]);
        Assert.Equal(1 + (3 * 11), lines.Length);
        string[][] second = [.. lines.Select(l => l.Split(',')).Where(cells => cells[0] == "1")];
        double[] shares = [.. second.Select(cells => double.Parse(cells[3], CultureInfo.InvariantCulture))];
        Assert.Equal(1, shares.Sum(), 3);
        byte[] png = File.ReadAllBytes(Path.Combine(folder["masks"], "000001.png"));
        Assert.Equal(3, png[25]); // colour type: palette
        using Mat colors = Cv2.ImDecode(png, ImreadModes.Color);
        Assert.Equal(new Size(480, 360), colors.Size());
        int top = Array.IndexOf(shares, shares.Max()), rgb = ModelManifest.DefaultPalette(11)[top];
        Scalar bgr = new(rgb & 255, (rgb >> 8) & 255, rgb >> 16);
        using Mat same = new();
        Cv2.InRange(colors, bgr, bgr, same);
        Assert.Equal(shares[top], Cv2.CountNonZero(same) / (480.0 * 360), 3);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_recording_loops_starts_later_and_can_be_mirrored()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 4; i++)
        {
            using Mat image = new(48, 64, MatType.CV_8UC3, Scalar.Black);
            image[new Rect(0, 0, 8, 48)].SetTo(new Scalar(40 * (i + 1), 0, 0)); // a bar at the left, brighter in each
            Cv2.ImWrite(folder[$"p{i:D3}.png"], image);
        }

        string[] source = ["--loop", "2", "--start", "0.2", "--fps", "10", "--input-flip", "horizontal"];
        string[] plain = ["--opacity", "0", "--hud", "none", "--headless"];
        (int code, string text, string error) = App(["replay", folder["p%03d.png"], folder["o%d.png"], .. source, .. plain]);
        Assert.True(code == 0, error);
        Assert.Contains("read 4 images", text, StringComparison.Ordinal); // images 2 and 3, twice
        using Mat third = Cv2.ImRead(folder["o2.png"]);
        Assert.Equal(120, third.At<Vec3b>(20, 60).Item0);
        Assert.Equal(0, third.At<Vec3b>(20, 4).Item0);
    }

    [SkippableFact]
    [Trait("Set", "Slow")]
    public void A_recording_that_a_signal_ends_is_complete()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, NoFfmpeg);
        using TemporaryFolder folder = new();
        string[] replay = ["./run.sh", "replay", "synth://", folder["v.mp4"], "--headless", "--http", "127.0.0.1:0", "--model", model.File];
        (int code, string text, string _) = Cli.Try("timeout", ["-s", "TERM", "6", .. replay])!.Value;
        Assert.Equal(124, code); // timeout's own code for having sent the signal
        Assert.Contains("wrote", text, StringComparison.Ordinal);
        Assert.Matches("nb_read_frames=[1-9]", Probe(folder["v.mp4"], "-count_frames", "-show_entries", "stream=nb_read_frames"));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_truncated_video_is_rendered_up_to_its_end_and_reported()
    {
        using TemporaryFolder folder = new();
        string whole = folder["whole.avi"];
        using (VideoWriter writer = new(whole, VideoWriter.FourCC('M', 'J', 'P', 'G'), 10, new Size(64, 48)))
        using (Mat frame = new(48, 64, MatType.CV_8UC3))
        {
            for (int i = 0; i < 40; i++)
            {
                Cv2.Randu(frame, Scalar.Black, Scalar.White);
                writer.Write(frame);
            }
        }

        byte[] bytes = File.ReadAllBytes(whole);
        File.WriteAllBytes(folder["cut.avi"], bytes[..(bytes.Length / 2)]);
        (int code, _, string error) = App("replay", folder["cut.avi"], folder["v.mp4"], "--headless");
        Assert.True(code == CommandRunner.IncompleteCode, error);
        Assert.Contains("breaks off: read", error, StringComparison.Ordinal);
        using VideoCapture video = new(folder["v.mp4"], VideoCaptureAPIs.FFMPEG);
        Assert.True(video.FrameCount is > 5 and < 40, $"{video.FrameCount} frames");
        Assert.Equal(CommandRunner.IncompleteCode, App("bench", folder["cut.avi"]).Code);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_name_that_looks_like_a_protocol_is_a_file_in_this_folder()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, NoFfmpeg);
        using TemporaryFolder folder = new();
        string[] replay = ["replay", "synth://3", "12:30:00.mp4", "--frames", "4", "--headless", "--model", model.File];
        (int code, string text, string error) = Cli.RunIn(folder.Path, replay);
        Assert.True(code == 0, error);
        Assert.Contains("wrote 12:30:00.mp4", text, StringComparison.Ordinal);
        Assert.Equal(4, Media.Times("file:" + folder["12:30:00.mp4"]).Length);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public async Task Files_that_appear_during_a_run_are_left_alone()
    {
        using TemporaryFolder folder = new();
        string[] files = ["last.png", "j.json", "shot50.png", "masks/000050.png"];
        string[] outputs = [folder["last.png"], folder["shot%02d.png"], "--json", folder["j.json"], "--masks", folder["masks"]];
        Task<(int Code, string Out, string Error)> run = Task.Run(
            () => App(["replay", "synth://", .. outputs, "--fps", "20", "--realtime", "--frames", "60", "--headless"]));
        Media.Await(() => File.Exists(folder["shot00.png"]) && Directory.Exists(folder["masks"]), "the first image");
        foreach (string file in files) File.WriteAllText(folder[file], "another's");
        (int code, string text, string error) = await run;
        Assert.True(code == 0, error);
        Assert.All(files, file => Assert.Equal("another's", File.ReadAllText(folder[file])));
        foreach (string ours in new[] { "last-2.png", "j-2.json", "shot50-2.png", "000050-2.png" })
            Assert.Contains(ours, text, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void A_video_is_written_also_by_an_ffmpeg_from_before_the_option_fps_mode()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, NoFfmpeg);
        using TemporaryFolder folder = new();
        string real = ChildProcess.Find("ffmpeg")!;
        File.WriteAllText(folder["ffmpeg"], $"""
            #!/bin/bash
            case "$*" in
                *-version*) echo "ffmpeg version 4.4.2-0ubuntu0.22.04.1 Copyright (c) 2000-2021 the FFmpeg developers" ;;
                *-fps_mode*) echo "Unrecognized option 'fps_mode'." >&2; exit 1 ;;
                *) exec {real} "$@" ;;
            esac
            """);
        Assert.Equal(0, Cli.Try("chmod", "+x", folder["ffmpeg"])!.Value.Code);
        string path = $"PATH={folder.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        string[] replay = ["replay", "synth://3", folder["v.mp4"], "--frames", "4", "--headless", "--model", model.File];
        (int code, _, string error) = Cli.Try("env", [path, "./run.sh", .. replay])!.Value;
        Assert.True(code == 0, error);
        Assert.Equal(4, Media.Times(folder["v.mp4"]).Length);
    }

    private static string Probe(string file, params string[] arguments)
        => Cli.Try("ffprobe", ["-v", "error", .. arguments, file])!.Value.Out;

    private (int Code, string Out, string Error) App(params string[] arguments)
        => Cli.Run(Repository.Root, [.. arguments, "--model", model.File]);
}
