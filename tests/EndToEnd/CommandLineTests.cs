using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>Bad input to either program ends in one line that names it and the remedy, and leaves nothing behind.</summary>
public sealed class CommandLineTests(AppModel model) : IClassFixture<AppModel>
{
    /// <summary>A header of a few bytes that wants 3 GB: OpenCV's own limit is a little above.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void An_image_of_a_thousand_million_pixels_is_refused()
    {
        using TemporaryFolder folder = new();
        using MemoryStream bitmap = new();
        using (BinaryWriter w = new(bitmap))
        {
            w.Write("BM"u8);
            foreach (int field in new[] { 1000, 0, 54, 40, 32_000, 32_000, (24 << 16) + 1, 0, 0, 0, 0, 0, 0 }) w.Write(field);
        }

        File.WriteAllBytes(folder["i.bmp"], bitmap.ToArray());
        (int code, _, string error) = Cli.Run(Repository.Root, "bench", folder["i.bmp"], "--frames", "1");
        Assert.Equal(2, code);
        Assert.Contains("CV_IO_MAX_IMAGE_PIXELS", error, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [SkippableFact]
    public void An_image_that_may_not_be_read_is_skipped_and_told()
    {
        using TemporaryFolder folder = new();
        using Mat image = new(48, 64, MatType.CV_8UC3, new Scalar(1, 2, 3));
        foreach (string name in new[] { "a.png", "b.png" }) Assert.True(Cv2.ImWrite(folder[name], image));
        Assert.Equal(0, Cli.Try("chmod", "755", folder.Path)!.Value.Code);
        Assert.Equal(0, Cli.Try("chmod", "000", folder["b.png"])!.Value.Code);
        string program = Path.Combine(AppContext.BaseDirectory, "rtseg.dll");
        (int Code, string Out, string Error)? ran = Cli.TryWithoutRights("dotnet", program, "replay", folder.Path, "null", "--headless");
        Skip.If(ran is null, "setpriv is not installed");
        Assert.Equal(1, ran.Value.Code);
        Assert.Contains("skipped 1 of 2 images", ran.Value.Error, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("missing.avi", "no file", "bench", "TMP/missing.avi")]
    [InlineData("text.avi", "not a video", "bench", "TMP/text.avi")]
    [InlineData("empty", "no images", "bench", "TMP/empty")]
    [InlineData("text.png", "not a readable image", "bench", "TMP/text.png")]
    [InlineData("/dev/video77", "no camera", "live", "77", "--headless")]
    [InlineData("--nonsense", "--help", "bench", "--nonsense")]
    [InlineData("v.txt", "outputs are", "replay", "synth://", "TMP/v.txt", "--headless")]
    [InlineData("/proc/no/v.mp4", "cannot write", "replay", "synth://", "/proc/no/v.mp4", "--headless")]
    [InlineData("warp", "choose one of", "bench", "synth://", "--provider", "warp")]
    [InlineData("cuda", "--provider gl, which needs none", "bench", "synth://", "--provider", "cuda")]
    [InlineData("12x", "--size", "bench", "synth://", "--size", "12x")]
    [InlineData("3841x2160", "smaller size", "bench", "synth://", "--size", "3841x2160")]
    [InlineData("nope.onnx", "no model", "bench", "synth://", "--sweep", "model=TMP/one.png,TMP/nope.onnx")]
    [InlineData("threads", "all in one --sweep", "bench", "synth://", "--sweep", "threads=1", "--sweep", "threads=2")]
    [InlineData("12x", "--sweep size", "bench", "synth://", "--sweep", "size=12x")]
    [InlineData("synth://x", "synth://SEED", "bench", "synth://x")]
    [InlineData("--mask-every", "at least 1", "bench", "synth://", "--mask-every", "0")]
    [InlineData("--target-fps", "between 0 and 1000", "bench", "synth://", "--target-fps", "-3")]
    [InlineData("--loop", "-1 to repeat forever", "replay", "synth://", "null", "--loop", "0")]
    [InlineData("--input-flip", "horizontal", "replay", "synth://", "null", "--input-flip", "sideways")]
    [InlineData("--start", "shorter than that", "replay", "TMP/one.png", "null", "--start", "60")]
    [InlineData("--stats", ".csv or .jsonl", "replay", "synth://", "null", "--stats", "TMP/s.txt")]
    [InlineData("--http", "ADDRESS:PORT", "replay", "synth://", "null", "--http", "everywhere")]
    [InlineData("0.0.0.0", "--http-token", "replay", "synth://", "null", "--http", "0.0.0.0:8080")]
    [InlineData("--sweep", "size=", "bench", "synth://", "--sweep", "colour=red")]
    [InlineData("--suite", "leave out one", "bench", "synth://", "--suite", "--sweep", "threads=1")]
    [InlineData("--roofline", "leave out one", "bench", "synth://", "--suite", "--roofline")]
    [InlineData("--roofline", "leave out --provider cpu", "bench", "synth://", "--roofline", "--provider", "cpu")]
    [InlineData("--gl-half", "leave out one", "live", "synth://", "--gl-half", "on", "--provider", "cpu")]
    [InlineData("v.mp4", "leave out one", "bench", "synth://", "TMP/v.mp4", "--suite")]
    [InlineData("text.avi", "--json", "bench", "synth://", "--compare", "TMP/text.avi")]
    [InlineData("none.json", "--json", "bench", "synth://", "--compare", "TMP/none.json")]
    [InlineData("--crf", "between 0 and 63", "replay", "synth://", "TMP/v.mp4", "--crf", "99")]
    [InlineData("--stats", "is empty", "replay", "synth://", "null", "--stats", "")]
    [InlineData("car", "the model has", "bench", "synth://", "--ignore-class", "car")]
    [InlineData("labels.txt", "no file", "bench", "synth://", "--labels", "TMP/labels.txt")]
    public void App_refuses_bad_input_in_one_line(string names, string says, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["text.avi"], "not a video");
        File.WriteAllText(folder["text.png"], "not an image");
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
    [InlineData("--body-lr inf", "give a number", "train", "--body-lr", "inf", "--out", "TMP/run")]
    [InlineData("--batch 1.5", "give a whole number", "train", "--batch", "1.5", "--out", "TMP/run")]
    [InlineData("--clip", "positive", "train", "--clip", "-1", "--out", "TMP/run")]
    [InlineData("twirl", "rotate", "train", "--augment", "blur,twirl", "--out", "TMP/run")]
    [InlineData("some", "choose none", "train", "--class-weights", "some", "--out", "TMP/run")]
    [InlineData("nearest", "learned", "train", "--upsample", "nearest", "--out", "TMP/run")]
    [InlineData("text.onnx", "not an ONNX file", "train", "--backbone", "TMP/text.onnx", "--out", "TMP/run")]
    [InlineData("text.onnx", "not an ONNX file",
        "train", "--net", "fcn8s", "--backbone", "vgg16", "--init", "TMP/text.onnx", "--out", "TMP/run")]
    [InlineData("--pictures", "needs one", "quantize", "TMP/text.onnx", "TMP/m.onnx", "--pictures", "0")]
    [InlineData("text.onnx", "not an ONNX file", "quantize", "TMP/text.onnx", "TMP/m.onnx")]
    [InlineData("TMP/none.onnx", "no file", "quantize", "TMP/none.onnx", "TMP/m.onnx")]
    [InlineData("text.onnx", "not an ONNX file", "convert", "TMP/text.onnx", "TMP/m.onnx")]
    [InlineData("TMP/none.onnx", "no file", "convert", "TMP/none.onnx", "TMP/m.onnx")]
    [InlineData("text.onnx", "it exists", "export", "--random", "TMP/text.onnx")]
    [InlineData("text.onnx", "it exists", "convert", "TMP/none.onnx", "TMP/text.onnx")]
    [InlineData("text.onnx", "this command reads it", "quantize", "TMP/text.onnx", "TMP/./text.onnx", "-y")]
    [InlineData("--ensemble", "two runs", "export", "--ensemble", "TMP/a", "TMP/m.onnx")]
    [InlineData("--unpool", "max or scatter", "export", "--random", "TMP/m.onnx", "--unpool", "min")]
    [InlineData("TMP/none", "no folder", "data", "check", "TMP/none")]
    [InlineData("trian", "(did you mean train?): choose live, replay", "trian")]
    [InlineData("'chek' of data", "(did you mean check?)", "data", "chek")]
    [InlineData("text.onnx", "./run.sh replay", "TMP/text.onnx")]
    [InlineData("twirl", "rotate", "data", "preview", "synth", "--augment", "twirl", "--out", "TMP/m.onnx")]
    public void Trainer_refuses_bad_input_in_one_line(string names, string says, params string[] arguments)
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder["empty"]);
        File.WriteAllText(folder["text.onnx"], "not a model");
        string[] actual = [.. arguments.Select(a => a.Replace("TMP", folder.Path, StringComparison.Ordinal))];
        (int code, _, string error) = Cli.Run(Repository.Root, actual);
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

        string[] train = ["train", "--data", folder.Path, "--batch", "1", "--crop", "64x64", "--out", folder["run"]];
        (int code, _, string error) = Cli.Run(Repository.Root, train);
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
