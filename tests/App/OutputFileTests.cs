using System.CommandLine;
using RealtimeSeg.Commands;
using RealtimeSeg.Sources;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.App;

/// <summary>Which files a command line may write.</summary>
public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OutputFileTests()
    {
        string[] names =
        [
            "in.mp4", "out.mp4", "v-007.mp4", "f0.png", "f1.png", "f2.png", "back.png", "names.txt", "m.onnx", "n.onnx", "m.json",
            "model.json", "labels.txt", "colors.txt", "b.json", "s.csv",
        ];
        foreach (string name in names) File.WriteAllText(_folder[name], "data");
        Directory.CreateDirectory(_folder["masks"]);
        File.WriteAllText(_folder["masks/000004.png"], "data");
        foreach (string name in (string[])["own/a.jpg", "own/out/old.jpg", "pics/a.png"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllText(_folder[name], "data");
        }

        File.CreateSymbolicLink(_folder["soft.mp4"], _folder["in.mp4"]);
        Directory.CreateSymbolicLink(_folder["also-masks"], _folder["masks"]);
        Assert.Equal(0, Cli.Try("ln", _folder["in.mp4"], _folder["hard.mp4"])!.Value.Code);
        Assert.Equal(0, Cli.Try("mkfifo", _folder["pipe.mkv"])!.Value.Code);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("out.mp4", "TMP/in.mp4", "TMP/out.mp4")]
    [InlineData("s.csv", "synth://", "null", "--stats", "TMP/s.csv")]
    [InlineData("b.json", "synth://", "null", "--json", "TMP/b.json")]
    [InlineData("f1.png", "synth://", "TMP/f%d.png")]
    [InlineData("000004.png", "synth://", "null", "--masks", "TMP/masks")]
    [InlineData("000004.png", "synth://", "TMP/masks/")]
    [InlineData("pics/a.png", "TMP/own", "TMP/pics/")]
    [InlineData("pics/a.png", "TMP/own", "null", "--masks", "TMP/pics")]
    public void An_existing_file_is_refused_unless_it_may_be_overwritten(string names, params string[] arguments)
    {
        string message = Refusal(arguments);
        Assert.Contains("--overwrite (-y)", message, StringComparison.Ordinal);
        if (!names.StartsWith('f')) Assert.Contains(names, message, StringComparison.Ordinal);
        OutputFiles.Check(Read([.. arguments, "-y"]));
    }

    [Theory]
    [InlineData("TMP/in.mp4", "TMP/in.mp4")]
    [InlineData("TMP/in.mp4", "TMP/masks/../in.mp4")]
    [InlineData("TMP/in.mp4", "TMP/soft.mp4")]
    [InlineData("TMP/in.mp4", "TMP/hard.mp4")]
    [InlineData("TMP/soft.mp4", "TMP/in.mp4")]
    [InlineData("TMP/in.mp4", "null", "--json", "TMP/hard.mp4")]
    [InlineData("TMP/f%d.png", "TMP/f%d.png")]
    [InlineData("TMP", "TMP/back.png")]
    [InlineData("TMP/f%d.png", "TMP/")]
    [InlineData("TMP/f%d.png", "null", "--masks", "TMP")]
    [InlineData("TMP/v-007.mp4", "TMP/v-%03d.mp4", "--split-every", "1")]
    [InlineData("synth://", "TMP/back.png", "--backdrop", "TMP/back.png")]
    [InlineData("synth://", "null", "--json", "TMP/names.txt", "--labels", "TMP/names.txt")]
    [InlineData("synth://", "null", "--json", "TMP/m.onnx", "--model", "TMP/m.onnx")]
    [InlineData("synth://", "null", "--json", "TMP/n.onnx", "--model", "TMP/m.onnx")]
    [InlineData("synth://", "null", "--json", "TMP/labels.txt", "--model", "TMP/m.onnx")]
    [InlineData("synth://", "null", "--json", "TMP/colors.txt", "--model", "TMP/m.onnx")]
    [InlineData("synth://", "null", "--json", "TMP/m.json", "--model", "TMP/m.onnx")]
    [InlineData("synth://", "null", "--json", "TMP/model.json", "--model", "TMP")]
    public void A_file_that_is_read_is_never_written(params string[] arguments)
        => Assert.Contains("this command reads it", Refusal([.. arguments, "-y"]), StringComparison.Ordinal);

    /// <summary>A slip with -y would replace a model, or the page that one reads.</summary>
    [Theory]
    [InlineData("TMP/m.onnx")]
    [InlineData("TMP/new.txt")]
    [InlineData("TMP/new")]
    public void Figures_go_to_a_json_file_or_a_device(string file)
    {
        string message = Refusal(["synth://", "null", "--json", file, "-y"]);
        Assert.EndsWith(": name a .json file", message, StringComparison.Ordinal);
        Assert.StartsWith("--json ", message, StringComparison.Ordinal);
        string shares = Refusal(["synth://", "null", "--stats", "TMP/new.txt"]);
        Assert.EndsWith("new.txt: name a .csv or .jsonl file", shares, StringComparison.Ordinal);
        foreach (string allowed in new[] { "/dev/null", "TMP/new.JSON" }) OutputFiles.Check(Read("synth://", "null", "--json", allowed));
    }

    [Theory]
    [InlineData("http://me:pw@127.0.0.1:9/v.mjpg?resolution=640x480")]
    [InlineData("http://127.0.0.1:9/video.jpg")]
    [InlineData("rtsp://127.0.0.1:9/v?channel=1")]
    [InlineData("srt://127.0.0.1:9/*.png")]
    public void An_address_is_no_file_whatever_its_last_part_looks_like(string source)
        => OutputFiles.Check(Read(source, "null"));

    [Theory]
    [InlineData("b.json", "--compare", "TMP/b.json", "--json", "TMP/b.json")]
    [InlineData("n.onnx", "--sweep", "model=TMP/m.onnx,TMP/n.onnx", "--json", "TMP/n.onnx")]
    [InlineData("n.onnx", "--sweep", "model=TMP/m.onnx,TMP/n.onnx", "--csv", "TMP/n.onnx")]
    public void What_a_bench_reads_is_never_written(string name, params string[] arguments)
    {
        string[] actual = [.. arguments.Select(a => a.Replace("TMP", _folder.Path, StringComparison.Ordinal))];
        (int code, string error) = InProcess.App(["bench", "synth://", "--frames", "1", .. actual, "-y"]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.Contains($"cannot write {_folder[name]}: this command reads it", error, StringComparison.Ordinal);
        Assert.Equal("data", File.ReadAllText(_folder[name]));
    }

    /// <summary>Nothing beside a model of the trainer is read with it: the figures of an earlier run may be written over.</summary>
    [Fact]
    public void Figures_beside_a_model_of_the_trainer_are_no_input()
    {
        using AppModel own = new();
        File.Copy(own.File, _folder["own.onnx"]);
        File.Delete(_folder["m.onnx"]);
        File.Delete(_folder["n.onnx"]);
        File.WriteAllText(_folder["own.json"], "data");
        OutputFiles.Check(Read("synth://", "null", "--json", "TMP/own.json", "--model", "TMP/own.onnx", "-y"));
    }

    [Fact]
    public void Images_that_the_shell_named_for_a_pattern_are_never_written()
    {
        string[] expanded = ["TMP/f0.png", "TMP/f1.png", "TMP/f2.png"];
        Assert.Contains($"quote it: \"{_folder["*.png"]}\"", Refusal(expanded), StringComparison.Ordinal);
        Assert.Contains("quote it", Refusal([.. expanded, "-y"]), StringComparison.Ordinal);
        Assert.Contains("quote it", Refusal("TMP/f0.png", "TMP/f1.png", "-y"), StringComparison.Ordinal);
        Assert.Contains("one video", Refusal("TMP/hard.mp4", "TMP/in.mp4", "TMP/out.mp4", "-y"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TMP/new.mp4", "TMP/./new.mp4")]
    [InlineData("TMP/masks/a.png", "TMP/also-masks/a.png")]
    [InlineData("TMP/masks/not/yet/a.png", "TMP/also-masks/not/yet/a.png")]
    [InlineData("TMP/masks/%06d.png", "--masks", "TMP/also-masks")]
    [InlineData("TMP/new/%06d.png", "--masks", "TMP/new")]
    [InlineData("TMP/new/%d.png", "--masks", "TMP/new")]
    [InlineData("null", "--json", "TMP/new/000003.png", "--masks", "TMP/new")]
    [InlineData("TMP/s%03d.png", "TMP/s007.png")]
    [InlineData("TMP/s%d.png", "TMP/s1%03d.png")]
    [InlineData("TMP/new/", "--masks", "TMP/new")]
    public void No_two_outputs_of_a_run_are_one_file(params string[] outputs)
        => Assert.Contains("each output its own name", Refusal(["synth://", .. outputs, "-y"]), StringComparison.Ordinal);

    [Fact]
    public void An_output_is_no_image_of_a_folder_that_is_written()
        => Assert.Contains("each output its own name", Refusal("TMP/own", "TMP/new/", "TMP/new/a.png"), StringComparison.Ordinal);

    /// <summary>The results of an earlier run are no images to read.</summary>
    [Fact]
    public void A_folder_within_the_one_that_is_read_can_be_written_again()
    {
        OutputFiles.Check(Read("TMP/own", "TMP/own/out"));
        PipelineSettings s = Read("TMP/own", "TMP/own/out/", "--masks", "TMP/own/out");
        Assert.Equal("a.jpg", Assert.Single(SourceKinds.PicturesOf(s.Sources, s.SourceOptions)!).Name);
        Assert.Equal(2, SourceKinds.PicturesOf([_folder["own"]], new SourceOptions())!.Count);
    }

    [Theory]
    [InlineData("/proc/none/v.mp4", "choose a folder you may write to")]
    [InlineData("TMP/s.csv/v.mp4", "is a file")]
    public void A_folder_that_cannot_be_written_is_refused_before_the_run(string output, string says)
    {
        Assert.Contains(says, Refusal("synth://", output), StringComparison.Ordinal);
        Assert.Contains(says, Refusal("synth://", "null", "--json", Path.ChangeExtension(output, ".json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--csv", ".csv")]
    [InlineData("--markdown", ".md")]
    [InlineData("--plot", ".png or .svg")]
    public void Tables_and_plots_go_to_files_of_their_kind(string option, string extension)
    {
        (int code, string error) = InProcess.App(["bench", "synth://", "--frames", "1", option, _folder["new.onnx"]]);
        Assert.Equal(CommandRunner.UserErrorCode, code);
        Assert.EndsWith($"new.onnx: name a {extension} file\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Outputs_that_look_alike_are_several_files()
    {
        string[] outputs = ["TMP/s.png", "TMP/s%d.png", "TMP/s-%d.png", "TMP/s%d.mp4", "TMP/t/s.png"];
        OutputFiles.Check(Read(["synth://", .. outputs, "--masks", "TMP/t/"]));
    }

    [Theory]
    [InlineData("file:TMP/v.mp4")]
    [InlineData("null", "--json", "file:TMP/j.json")]
    [InlineData("null", "--masks", "file:TMP/m")]
    public void A_file_is_named_without_a_protocol(params string[] outputs)
        => Assert.Contains("without file:", Refusal(["synth://", .. outputs]), StringComparison.Ordinal);

    [Fact]
    public void Devices_pipes_and_addresses_are_written_to()
    {
        OutputFiles.Check(Read("synth://", "TMP/pipe.mkv", "tcp://127.0.0.1:9", "null", "--json", "/dev/null", "--stats", "/dev/null"));
        AtomicFile.Write("/dev/null", [1, 2, 3]);
        Assert.True(FileIdentity.IsSpecial("/dev/null"));
    }

    [Theory]
    [InlineData("one name", "TMP/v.mp4")]
    [InlineData("no video file", "TMP/v%03d.png")]
    [InlineData("one name", "TMP/v%03d.mp4", "TMP/w.mkv")]
    public void A_recording_that_goes_on_in_other_files_needs_names_for_them(string says, params string[] outputs)
        => Assert.Contains(says, Refusal(["synth://", .. outputs, "--split-every", "0.5"]), StringComparison.Ordinal);

    private string Refusal(params string[] arguments) => Assert.Throws<UserError>(() => OutputFiles.Check(Read(arguments))).Message;

    private PipelineSettings Read(params string[] arguments)
    {
        PipelineOptions options = new(Mode.Replay);
        RootCommand root = new("program");
        options.AddTo(root);
        string[] actual = [.. arguments.Select(a => a.Replace("TMP", _folder.Path, StringComparison.Ordinal))];
        ParseResult parsed = root.Parse(actual);
        Assert.Empty(parsed.Errors);
        return options.Read(parsed);
    }
}
