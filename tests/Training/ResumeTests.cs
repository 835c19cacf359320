using System.CommandLine;
using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>A run that goes on: what it keeps, what may change, and where it may be.</summary>
public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("--lr", "0.5", "0.001")]
    [InlineData("--net", "fcn8s", "fcn32s")]
    [InlineData("--loss", "l2", "ce")]
    [InlineData("--clip", "1", "0")]
    [InlineData("--stage", "1", "none")]
    [InlineData("--seed", "2", "1")]
    public void Options_that_contradict_the_run_are_refused_by_name(string option, string asked, string has)
    {
        Begin();
        UserError e = Assert.Throws<UserError>(() => Train("--resume", option, asked));
        Assert.StartsWith($"{option} {asked}: the run in {_folder["run"]} has {has}", e.Message, StringComparison.Ordinal);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Options_that_say_what_the_run_has_are_not()
    {
        Begin();
        Train("--resume", "--net", "fcn32s", "--batch", "2", "--lr", "0.001");
        Assert.Equal(1, Last.Progress.Step);
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void The_length_may_change_and_is_kept()
    {
        Begin();
        Train("--resume", "--epochs", "3", "--eval-every", "2");
        Assert.Equal((3, 3L, 2), ((int)Last.Progress.Step, Last.Config.TotalSteps, Last.Config.EvaluateEvery)); // a step is an epoch
        Train("--resume");
        Assert.Equal((3L, 2), (Last.Config.TotalSteps, Last.Config.EvaluateEvery));
        UserError e = Assert.Throws<UserError>(() => Train("--resume", "--steps", "2"));
        Assert.Contains("has done 3 steps already", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Relative paths were typed where the run began; here, a program that stands elsewhere.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_is_resumed_and_exported_from_another_folder()
    {
        Begin();
        Checkpoint c = Last;
        Assert.Equal(Directory.GetCurrentDirectory(), c.Config.StartedIn);
        new Checkpoint(c.Config with { Data = "data", StartedIn = _folder.Path }, c.Progress, c.State).Save(_folder["run/last.ckpt"]);
        Train("--resume", "--epochs", "2");
        Assert.Equal((2L, "data"), (Last.Progress.Step, Last.Config.Data));
    }

    /// <summary>The rows of an epoch whose checkpoint was not written before the kill, and what a power cut left of a row.</summary>
    [Trait("Set", "Slow")]
    [Theory]
    [InlineData("2,2.00,1.5,0.001,3.00,1.0,,\n3,3.00,1.4,0.0")]
    [InlineData("1,1.00,2.2")]
    [InlineData("1,1.00,2.2,0.001,3.00,1.0,,0.5")]
    [InlineData("1")]
    public void A_log_has_no_row_twice_and_none_in_part_after_a_kill(string torn)
    {
        Begin();
        string log = _folder["run/log.csv"];
        File.AppendAllText(log, torn);
        Train("--resume", "--epochs", "3");
        Assert.Equal("step 1 2 3", string.Join(' ', File.ReadLines(log).Select(row => row.Split(',')[0])));
        Assert.All(File.ReadLines(log), row => Assert.Equal(8, row.Split(',').Length));
    }

    /// <summary>A row is the mean over its epoch, in whatever session its steps were done.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_log_is_the_same_though_the_run_was_resumed_within_an_epoch()
    {
        WriteData(label: 3);
        RunConfig config = Toy.Config(4, "fcn32s") with { Data = _folder["data"], BatchSize = 1, CropWidth = 32, CropHeight = 32 };
        Toy.Train(config, _folder["whole"]);
        using CancellationTokenSource stop = new();
        Toy.Train(config, _folder["parts"], report: line => { if (line.Step == 3) stop.Cancel(); }, stop: stop.Token);
        Toy.Train(config, _folder["parts"], Checkpoint.Of(_folder["parts"]));
        string[] Losses(string run)
            => [.. File.ReadLines(_folder[$"{run}/log.csv"]).Select(row => string.Join(',', row.Split(',')[..4]))];
        Assert.Equal(3, Losses("whole").Length); // two epochs of two steps
        Assert.Equal(Losses("whole"), Losses("parts"));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void Reproduce_does_not_take_runs_of_other_options_for_its_own()
    {
        WriteData(label: 3);
        string[] command = ["train", "reproduce", "--data", _folder["data"], "--runs", _folder["runs"], "--out", _folder["page.md"]];
        Run(["train", .. Tiny("runs/0"), "--lr", "0.01", "--eval-every", "1000"]);
        UserError e = Assert.Throws<UserError>(() => Run([.. command, "--common", "--batch 2 --crop 32x32 --steps 1"]));
        Assert.StartsWith($"{_folder["runs/0"]} was trained with another --lr", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs/1"]));
    }

    /// <summary>All labels are void: there is a loss of zero, and nothing to score.</summary>
    [Trait("Set", "Slow")]
    [Fact]
    public void A_run_that_nothing_scores_ends_and_is_evaluated()
    {
        WriteData(label: 11);
        Run(["train", .. Tiny("run")]);
        Assert.Null(Last.Progress.ValidationMeanIu);
        Run("export", _folder["run"], _folder["m.onnx"]);
        string[] eval = ["eval", _folder["m.onnx"], "--data", _folder["data"]];
        Run([.. eval, "--json", _folder["e.json"], "--report", _folder["report"], "--record"]);
        Assert.Contains("\"miou\": null", File.ReadAllText(_folder["e.json"]), StringComparison.Ordinal);
        Run([.. eval, "--video", "--json", _folder["v.json"]]);
        Assert.Contains("\"miou\": null", File.ReadAllText(_folder["v.json"]), StringComparison.Ordinal);
        using Evaluator evaluator = new(File.ReadAllBytes(_folder["m.onnx"]), "m");
        Assert.Single(evaluator.Manifest.Scores);
    }

    [Theory]
    [InlineData("--label-smoothing is for ce and ohem", "--loss", "l2", "--label-smoothing", "0.1")]
    [InlineData("--augment paste", "--stage", "1", "--augment", "rotate,paste")]
    [InlineData("--aux: fcn32s has no coarser score map", "--aux", "0.4")]
    public void Options_that_would_do_nothing_are_refused(string says, params string[] options)
    {
        WriteData(label: 3);
        Assert.Contains(says, Assert.Throws<UserError>(() => Run(["train", .. Tiny("run"), .. options])).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    private Checkpoint Last => Checkpoint.Of(_folder["run"]);

    private void Begin()
    {
        WriteData(label: 3);
        Run(["train", .. Tiny("run")]);
    }

    private void Train(params string[] options) => Run(["train", "--out", _folder["run"], .. options]);

    private string[] Tiny(string run) =>
    [
        "--data", _folder["data"], "--batch", "2", "--crop", "32x32", "--out", _folder[run], "--net", "fcn32s", "--epochs", "1",
        "--class-weights", "none",
    ];

    private static void Run(params string[] arguments)
    {
        ParseResult parsed = TrainerCommands.Root().Parse(arguments);
        Assert.Empty(parsed.Errors);
        Assert.Equal(0, parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
    }

    /// <summary>Two images a split, all of one class.</summary>
    private void WriteData(byte label)
    {
        foreach (string split in new[] { "train", "val" })
        {
            Directory.CreateDirectory(_folder[$"data/{split}"]);
            Directory.CreateDirectory(_folder[$"data/{split}annot"]);
            for (int i = 0; i < 2; i++)
            {
                using Mat image = new(40, 60, MatType.CV_8UC3, new Scalar(50, 60, 70 * i));
                using Mat labels = new(40, 60, MatType.CV_8UC1, new Scalar(label));
                Cv2.ImWrite(_folder[$"data/{split}/{i}.png"], image);
                Cv2.ImWrite(_folder[$"data/{split}annot/{i}.png"], labels);
            }
        }
    }
}
