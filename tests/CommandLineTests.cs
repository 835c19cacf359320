using System.Text.Json;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests;

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
    public void App_refuses_bad_input_in_one_line(string names, string says, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["text.avi"], "not a video");
        File.WriteAllText(folder["text.png"], "not a picture");
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
        AssertRefused(code, error, "trainannot/a.png", "holds label 77");
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
