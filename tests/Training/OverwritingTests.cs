using System.CommandLine;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Data;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The trainer's commands replace no file that they were not told to.</summary>
public sealed class OverwritingTests(AppModel model) : IClassFixture<AppModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("it exists", "e.json", "eval", "MODEL", "--data", "synth", "--json", "e.json")]
    [InlineData("it exists", "page/index.html", "eval", "MODEL", "--data", "synth", "--report", "page")]
    [InlineData("it exists", "p.png", "data", "preview", "synth", "--out", "p.png")]
    [InlineData("it exists", "c.png", "data", "check", "synth", "--out", "c.png")]
    [InlineData("it exists", "s/val/0001.png", "data", "sample", "s", "--frames", "2")]
    [InlineData("it exists", "s/street.mp4", "data", "sample", "s", "--frames", "2")]
    [InlineData("it exists", "b.json", "train", "--bench", "--json", "b.json")]
    [InlineData("it exists", "r.md", "train", "reproduce", "--data", "synth", "--out", "r.md", "--runs", "runs")]
    [InlineData("it exists", "r.csv", "train", "reproduce", "--data", "synth", "--out", "r.md", "--runs", "runs")]
    [InlineData("is no run's", "run/config.json", "train", "--data", "synth", "--out", "run")]
    public void What_is_there_stays(string says, string file, params string[] command)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[file])!);
        File.WriteAllText(_folder[file], "mine");
        UserError e = Assert.Throws<UserError>(() => Run(command));
        Assert.Contains(says, e.Message, StringComparison.Ordinal);
        Assert.Contains(_folder[file], e.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder[file]));
    }

    /// <summary>Not even with permission.</summary>
    [Fact]
    public void The_figures_of_an_evaluation_never_replace_its_model()
    {
        File.Copy(model.File, _folder["m.onnx"]);
        Assert.Throws<UserError>(() => Run("eval", "m.onnx", "--data", "synth", "--json", "m.onnx", "--overwrite"));
        Assert.True(File.ReadAllBytes(model.File).AsSpan().SequenceEqual(File.ReadAllBytes(_folder["m.onnx"])));
    }

    [Fact]
    public void An_exported_model_never_replaces_the_checkpoint_that_it_comes_from()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run/last.ckpt"], "mine");
        UserError e = Assert.Throws<UserError>(() => Run("export", "run", "run/last.ckpt", "-y"));
        Assert.Contains("this command reads it", e.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["run/last.ckpt"]));
    }

    [Theory]
    [InlineData("export", "--random", "p.md")]
    [InlineData("quantize", "m.onnx", "p.md")]
    [InlineData("convert", "m.onnx", "p.md")]
    [InlineData("eval", "m.onnx", "--data", "synth", "--json", "p.md")]
    public void Permission_does_not_stretch_to_files_of_another_kind(params string[] command)
    {
        File.Copy(model.File, _folder["m.onnx"]);
        File.WriteAllText(_folder["p.md"], "mine");
        UserError e = Assert.Throws<UserError>(() => Run([.. command, "-y"]));
        Assert.Contains(": name a .", e.Message, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(_folder["p.md"]));
    }

    [Fact]
    public void With_permission_it_is_replaced()
    {
        File.WriteAllText(_folder["p.png"], "mine");
        Run("data", "preview", "synth", "--augment", "plain", "--out", "p.png", "-y");
        Assert.StartsWith("\u0089PNG"[1..], File.ReadAllText(_folder["p.png"])[1..], StringComparison.Ordinal);
    }

    /// <summary>Runs a command whose files are in the folder.</summary>
    private void Run(params string[] command)
    {
        static bool IsFile(string word) => word.Contains('.', StringComparison.Ordinal) || word is "page" or "s" or "run" or "runs";
        string[] words = [.. command.Select(w => w == "MODEL" ? model.File : IsFile(w) && w != MixedDataset.Synth ? _folder[w] : w)];
        ParseResult parsed = TrainerCommands.Root().Parse(words);
        Assert.Empty(parsed.Errors);
        parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
