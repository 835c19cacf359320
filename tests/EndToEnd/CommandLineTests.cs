using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>The programs as a user runs them: what good input gives, and the one line that bad input gets.</summary>
public sealed class CommandLineTests(AppModel model) : IClassFixture<AppModel>
{
    [Fact]
    public void Replay_writes_a_playable_video_a_still_and_a_sequence()
    {
        using TemporaryFolder folder = new();
        (int code, string text, string error) = App("replay", "synth://3", folder["v.mp4"], folder["last.png"], folder["s%03d.png"], "--frames", "8", "--headless");
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

    [Fact]
    public void Bench_writes_every_key_of_its_JSON()
    {
        using TemporaryFolder folder = new();
        (int code, _, string error) = App("bench", "synth://3", "--frames", "5", "--json", folder["b.json"]);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        JsonElement root = json.RootElement;
        Assert.Equal(5, root.GetProperty("frames").GetInt32());
        Assert.Equal("cpu", root.GetProperty("provider").GetString());
        foreach (string stage in new[] { "capture", "fit", "infer", "steady", "upload", "composite", "present" })
        {
            foreach (string key in new[] { "p50_ms", "p90_ms", "p95_ms", "p99_ms", "max_ms" })
                Assert.True(root.GetProperty("stages").GetProperty(stage).GetProperty(key).GetDouble() >= 0);
        }

        Assert.True(root.GetProperty("capture_to_present").GetProperty("p50_ms").GetDouble() > root.GetProperty("stages").GetProperty("infer").GetProperty("p50_ms").GetDouble());
        foreach (string key in new[] { "fps", "dropped", "managed_bytes_per_frame", "gen2_collections", "peak_rss_mb", "flicker" })
            Assert.True(root.GetProperty(key).GetDouble() >= 0, key);
    }

    [SkippableFact]
    public void A_cut_out_keeps_its_transparency_in_files_that_can_hold_it()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        (int code, _, string error) = App("replay", "synth://3", folder["c.webm"], folder["c.mov"], folder["c.png"], "--view", "cutout", "--show", "class1,class3,class5", "--frames", "4", "--headless");
        Assert.True(code == 0, error);
        Assert.Contains("alpha_mode=1", Cli.Try("ffprobe", "-v", "error", "-show_entries", "stream_tags=alpha_mode", folder["c.webm"])!.Value.Out, StringComparison.Ordinal);
        Assert.Contains("pix_fmt=argb", Cli.Try("ffprobe", "-v", "error", "-show_entries", "stream=pix_fmt", folder["c.mov"])!.Value.Out, StringComparison.Ordinal);
        using Mat picture = Cv2.ImRead(folder["c.png"], ImreadModes.Unchanged);
        Assert.Equal(4, picture.Channels());
        using Mat alpha = picture.ExtractChannel(3);
        alpha.MinMaxLoc(out double least, out double most);
        Assert.Equal((0.0, 255.0), (least, most));
    }

    [Fact]
    public void Labels_and_class_shares_are_written_for_each_frame()
    {
        using TemporaryFolder folder = new();
        (int code, _, string error) = App("replay", "synth://3", "null", "--masks", folder["masks"], "--stats", folder["s.csv"], "--frames", "3", "--headless");
        Assert.True(code == 0, error);
        string[] lines = File.ReadAllLines(folder["s.csv"]);
        Assert.StartsWith("frame,seconds,class0,", lines[0], StringComparison.Ordinal);
        Assert.Equal(4, lines.Length);
        double[] shares = [.. lines[2].Split(',').Skip(2).Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(1, shares.Sum(), 3);
        byte[] png = File.ReadAllBytes(Path.Combine(folder["masks"], "000001.png"));
        Assert.Equal(3, png[25]); // colour type: palette
        using Mat colors = Cv2.ImDecode(png, ImreadModes.Color);
        Assert.Equal(new Size(480, 360), colors.Size());
        int top = Array.IndexOf(shares, shares.Max()), rgb = ModelManifest.DefaultPalette(11)[top];
        using Mat same = new();
        Cv2.InRange(colors, new Scalar(rgb & 255, (rgb >> 8) & 255, rgb >> 16), new Scalar(rgb & 255, (rgb >> 8) & 255, rgb >> 16), same);
        Assert.Equal(shares[top], Cv2.CountNonZero(same) / (480.0 * 360), 3);
    }

    [Fact]
    public void A_recording_loops_starts_later_and_can_be_mirrored()
    {
        using TemporaryFolder folder = new();
        for (int i = 0; i < 4; i++)
        {
            using Mat picture = new(48, 64, MatType.CV_8UC3, Scalar.Black);
            picture[new Rect(0, 0, 8, 48)].SetTo(new Scalar(40 * (i + 1), 0, 0)); // a bar at the left, brighter in each
            Cv2.ImWrite(folder[$"p{i:D3}.png"], picture);
        }

        (int code, string text, string error) = App("replay", folder["p%03d.png"], folder["o%d.png"], "--loop", "2", "--start", "0.2", "--fps", "10", "--input-flip", "horizontal", "--opacity", "0", "--hud", "none", "--headless");
        Assert.True(code == 0, error);
        Assert.Contains("read 4 frames", text, StringComparison.Ordinal); // pictures 2 and 3, twice
        using Mat third = Cv2.ImRead(folder["o2.png"]);
        Assert.Equal(120, third.At<Vec3b>(20, 60).Item0);
        Assert.Equal(0, third.At<Vec3b>(20, 4).Item0);
    }

    [Fact]
    public void A_sweep_puts_configurations_side_by_side()
    {
        using TemporaryFolder folder = new();
        (int code, string text, string error) = App("bench", "synth://3", "--frames", "4", "--sweep", "size=160x120,96x64", "--sweep", "threads=1,2", "--csv", folder["b.csv"], "--markdown", folder["b.md"], "--plot", folder["b.png"], "--json", folder["b.json"]);
        Assert.True(code == 0, error);
        Assert.Contains("capture to present", text, StringComparison.Ordinal);
        Assert.Equal(5, File.ReadAllLines(folder["b.csv"]).Length);
        Assert.Equal(6, File.ReadAllLines(folder["b.md"]).Length);
        Assert.Contains("size 96x64 threads 2", File.ReadAllText(folder["b.csv"]), StringComparison.Ordinal);
        using Mat plot = Cv2.ImRead(folder["b.png"]);
        Assert.Equal(new Size(1000, 760), plot.Size());
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(folder["b.json"]));
        Assert.Equal(4, json.RootElement.GetArrayLength());
    }

    [SkippableFact]
    public void Ended_by_a_signal_a_recording_is_complete()
    {
        Skip.If(Cli.Try("ffprobe", "-version") is not { Code: 0 }, "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        (int code, string text, string _) = Cli.Try("timeout", "-s", "TERM", "6", "./run.sh", "replay", "synth://", folder["v.mp4"], "--headless", "--http", "127.0.0.1:0", "--model", model.File)!.Value;
        Assert.Equal(124, code); // timeout's own word for having sent the signal
        Assert.Contains("wrote", text, StringComparison.Ordinal);
        Assert.Matches("nb_read_frames=[1-9]", Cli.Try("ffprobe", "-v", "error", "-count_frames", "-show_entries", "stream=nb_read_frames", folder["v.mp4"])!.Value.Out);
    }

    [Fact]
    public void A_video_that_breaks_off_is_rendered_as_far_as_it_goes_and_says_so()
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
        (int code, string text, string error) = App("replay", folder["cut.avi"], folder["v.mp4"], "--headless");
        Assert.True(code == 0, error);
        string last = text.TrimEnd().Split('\n')[^1];
        Assert.Contains("breaks off: read", last, StringComparison.Ordinal);
        using VideoCapture video = new(folder["v.mp4"], VideoCaptureAPIs.FFMPEG);
        Assert.True(video.FrameCount is > 5 and < 40, $"{video.FrameCount} frames");
    }

    [Theory]
    [InlineData("missing.avi", "no file", "bench", "TMP/missing.avi")]
    [InlineData("text.avi", "not a video", "bench", "TMP/text.avi")]
    [InlineData("empty", "no pictures", "bench", "TMP/empty")]
    [InlineData("text.png", "not a readable picture", "bench", "TMP/text.png")]
    [InlineData("/dev/video77", "no camera", "live", "77", "--headless")]
    [InlineData("--nonsense", "--help", "bench", "--nonsense")]
    [InlineData("v.txt", "outputs are", "replay", "synth://", "TMP/v.txt", "--headless")]
    [InlineData("/proc/no/v.mp4", "cannot write", "replay", "synth://", "/proc/no/v.mp4", "--headless")]
    [InlineData("warp", "choose one of", "bench", "synth://", "--provider", "warp")]
    [InlineData("cuda", "--provider cpu", "bench", "synth://", "--provider", "cuda")]
    [InlineData("12x", "--size", "bench", "synth://", "--size", "12x")]
    [InlineData("synth://x", "synth://SEED", "bench", "synth://x")]
    [InlineData("--mask-every", "at least 1", "bench", "synth://", "--mask-every", "0")]
    [InlineData("--target-fps", "frames a second", "bench", "synth://", "--target-fps", "-3")]
    [InlineData("--loop", "-1 for ever", "replay", "synth://", "null", "--loop", "0")]
    [InlineData("--input-flip", "horizontal", "replay", "synth://", "null", "--input-flip", "sideways")]
    [InlineData("--start", "not that long", "replay", "TMP/one.png", "null", "--start", "60")]
    [InlineData("--stats", ".csv or .jsonl", "replay", "synth://", "null", "--stats", "TMP/s.txt")]
    [InlineData("--http", "ADDRESS:PORT", "replay", "synth://", "null", "--http", "everywhere")]
    [InlineData("0.0.0.0", "--http-token", "replay", "synth://", "null", "--http", "0.0.0.0:8080")]
    [InlineData("--sweep", "size=", "bench", "synth://", "--sweep", "colour=red")]
    [InlineData("none.json", "--json", "bench", "synth://", "--compare", "TMP/none.json")]
    [InlineData("--crf", "between 0 and 63", "replay", "synth://", "TMP/v.mp4", "--crf", "99")]
    [InlineData("car", "the model knows", "bench", "synth://", "--ignore-class", "car")]
    [InlineData("labels.txt", "no file", "bench", "synth://", "--labels", "TMP/labels.txt")]
    public void App_refuses_bad_input_in_one_line(string names, string says, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["text.avi"], "not a video");
        File.WriteAllText(folder["text.png"], "not a picture");
        using (Mat one = new(48, 64, MatType.CV_8UC3, Scalar.Black)) Cv2.ImWrite(folder["one.png"], one);
        string[] before = Directory.GetFiles(folder.Path);
        (int code, _, string error) = App([.. arguments.Select(a => a.Replace("TMP", folder.Path, StringComparison.Ordinal))]);
        AssertRefused(code, error, names, says);
        Assert.Equal(before, Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("text.onnx", "not an ONNX file")]
    [InlineData("cut.onnx", "not an ONNX file")]
    [InlineData("none.onnx", "no model")]
    public void App_refuses_bad_models(string file, string says)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["text.onnx"], "not a model");
        File.WriteAllBytes(folder["cut.onnx"], File.ReadAllBytes(model.File)[..5000]);
        (int code, _, string error) = Cli.Run(Repository.Root, "bench", "synth://", "--model", folder[file]);
        AssertRefused(code, error, file, says);
    }

    [Theory]
    [InlineData("fcn9s", "choose one of", "train", "--net", "fcn9s", "--out", "TMP/run")]
    [InlineData("resnet", "choose one of", "train", "--backbone", "resnet", "--out", "TMP/run")]
    [InlineData("383x288", "multiples of 32", "train", "--crop", "383x288", "--out", "TMP/run")]
    [InlineData("2-1", "SMALLEST-LARGEST", "train", "--scale", "2-1", "--out", "TMP/run")]
    [InlineData("TMP/none", "no folder", "train", "--data", "TMP/none", "--out", "TMP/run")]
    [InlineData("TMP/empty", "no known layout", "train", "--data", "TMP/empty", "--out", "TMP/run")]
    [InlineData("/proc/no", "cannot write", "train", "--out", "/proc/no")]
    [InlineData("TMP/run", "no checkpoint", "train", "--resume", "--out", "TMP/run")]
    [InlineData("TMP/none", "no checkpoint", "train", "--from", "TMP/none", "--out", "TMP/run")]
    [InlineData("--stage 2", "--from", "train", "--stage", "2", "--out", "TMP/run")]
    [InlineData("TMP/run", "no checkpoint", "export", "TMP/run", "TMP/m.onnx")]
    [InlineData("TMP/m.onnx", "no file", "eval", "TMP/m.onnx")]
    [InlineData("text.onnx", "not an ONNX file", "eval", "TMP/text.onnx")]
    [InlineData("synth:x", "weight", "train", "--data", "synth:x", "--out", "TMP/run")]
    [InlineData("hinge", "choose ce", "train", "--loss", "hinge", "--out", "TMP/run")]
    [InlineData("--label-smoothing", "below 1", "train", "--label-smoothing", "1", "--out", "TMP/run")]
    [InlineData("--clip", "positive", "train", "--clip", "-1", "--out", "TMP/run")]
    [InlineData("twirl", "rotate", "train", "--augment", "blur,twirl", "--out", "TMP/run")]
    [InlineData("some", "choose none", "train", "--class-weights", "some", "--out", "TMP/run")]
    [InlineData("nearest", "learned", "train", "--upsample", "nearest", "--out", "TMP/run")]
    [InlineData("text.onnx", "not an ONNX file", "train", "--backbone", "TMP/text.onnx", "--out", "TMP/run")]
    [InlineData("text.onnx", "not an ONNX file", "train", "--net", "fcn8s", "--backbone", "vgg16", "--init", "TMP/text.onnx", "--out", "TMP/run")]
    [InlineData("--pictures", "needs one", "quantize", "TMP/text.onnx", "TMP/m.onnx", "--pictures", "0")]
    [InlineData("text.onnx", "not an ONNX file", "quantize", "TMP/text.onnx", "TMP/m.onnx")]
    [InlineData("TMP/none.onnx", "no file", "quantize", "TMP/none.onnx", "TMP/m.onnx")]
    [InlineData("text.onnx", "not an ONNX file", "convert", "TMP/text.onnx", "TMP/m.onnx")]
    [InlineData("TMP/none.onnx", "no file", "convert", "TMP/none.onnx", "TMP/m.onnx")]
    [InlineData("--ensemble", "two runs", "export", "--ensemble", "TMP/a", "TMP/m.onnx")]
    [InlineData("--unpool", "max or scatter", "export", "--random", "TMP/m.onnx", "--unpool", "min")]
    [InlineData("TMP/none", "no folder", "data", "check", "TMP/none")]
    [InlineData("trian", "choose live, replay", "trian")]
    [InlineData("text.onnx", "./run.sh replay", "TMP/text.onnx")]
    [InlineData("twirl", "rotate", "data", "preview", "synth", "--augment", "twirl", "--out", "TMP/m.onnx")]
    public void Trainer_refuses_bad_input_in_one_line(string names, string says, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["text.onnx"], "not a model");
        (int code, _, string error) = Cli.Run(Repository.Root, [.. arguments.Select(a => a.Replace("TMP", folder.Path, StringComparison.Ordinal))]);
        AssertRefused(code, error, names.Replace("TMP", folder.Path, StringComparison.Ordinal), says);
        Assert.False(Directory.Exists(folder["run"]), "a run folder was left behind");
        Assert.False(File.Exists(folder["m.onnx"]), "a model was left behind");
    }

    [Fact]
    public void Training_on_bad_labels_names_the_file_and_leaves_no_run_behind()
    {
        using TemporaryFolder folder = new();
        foreach (string split in new[] { "train", "val" })
        {
            Directory.CreateDirectory(folder[split]);
            Directory.CreateDirectory(folder[split + "annot"]);
            using Mat image = new(40, 60, MatType.CV_8UC3, Scalar.Black), labels = new(40, 60, MatType.CV_8UC1, new Scalar(77));
            Cv2.ImWrite(folder[split + "/a.png"], image);
            Cv2.ImWrite(folder[split + "annot/a.png"], labels);
        }

        (int code, _, string error) = Cli.Run(Repository.Root, "train", "--data", folder.Path, "--batch", "1", "--crop", "64x64", "--out", folder["run"]);
        AssertRefused(code, error, "trainannot/a.png", "contains label 77");
        Assert.False(Directory.Exists(folder["run"]), "a run folder was left behind");
    }

    private static void AssertRefused(int code, string error, string names, string says)
    {
        Assert.Equal(2, code);
        string line = Assert.Single(error.TrimEnd().Split('\n'));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(names, line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
    }

    private (int Code, string Out, string Error) App(params string[] arguments)
        => Cli.Run(Repository.Root, [.. arguments, "--model", model.File]);
}
