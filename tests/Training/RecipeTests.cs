using RealtimeSeg.Core.Contract;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>The recipe and the scores in an exported file.</summary>
public sealed class RecipeTests
{
    [Fact]
    [Trait("Set", "Slow")]
    public void The_recipe_in_a_file_trains_the_same_weights_again()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(1), folder["first"]);
        RunConfig config = Toy.Config(2) with
        {
            From = folder["first"],
            AverageDecay = 0.5,
            Scale = "0.5-1.25",
            Augment = "hue,paste",
            Weighting = ClassWeights.Root,
            ClipNorm = 3,
            LearningRate = 2.5e-4,
            Objective = new Objective { Loss = Objective.HardExamples, Auxiliary = 0.4f, LabelSmoothing = 0.05f },
        };
        Checkpoint shipped = Toy.Train(config, folder["second"]);
        IReadOnlyList<string> recipe = RunExport.FromRun(folder["second"], folder["m.onnx"], new ExportForm(KernelStorage.Half)).Recipe;
        Assert.Equal("train train export", string.Join(" ", recipe.Select(l => l.Split(' ')[0])));
        Assert.Equal("export second --fp16", recipe[2]);
        Assert.DoesNotContain(folder.Path, string.Join(' ', recipe), StringComparison.Ordinal);
        foreach (string line in recipe.Take(2))
        {
            string[] words = line.Split(' ');
            foreach (int at in new[] { Array.IndexOf(words, "--from"), Array.IndexOf(words, "--out") }.Where(i => i >= 0))
                words[at + 1] = folder["again-" + words[at + 1]];
            (int code, _, string error) = Cli.Run(Repository.Root, words);
            Assert.True(code == 0, error);
        }

        Checkpoint again = Checkpoint.Load(Path.Combine(folder["again-second"], Checkpoint.FileName));
        Assert.Equal(shipped.State.Keys.Order(StringComparer.Ordinal), again.State.Keys.Order(StringComparer.Ordinal));
        Assert.All(shipped.State, s => Assert.True(s.Value.AsSpan().SequenceEqual(again.State[s.Key]), s.Key));
    }

    [Trait("Set", "Slow")]
    [Fact]
    public void A_recorded_score_is_in_the_file_and_leaves_the_network_unchanged()
    {
        using TemporaryFolder folder = new();
        Toy.Train(Toy.Config(1), folder["run"]);
        RunExport.FromRun(folder["run"], folder["m.onnx"]);
        byte[] before = Labels();
        foreach (string score in new[] { "mIoU 0.1", "mIoU 0.2" }) ScoreRecord.Write(folder["m.onnx"], "street val", score);
        ScoreRecord.Write(folder["m.onnx"], "synth val", "mIoU 0.3");
        Assert.Equal(before, Labels());

        byte[] Labels()
        {
            using Evaluator evaluator = new(File.ReadAllBytes(folder["m.onnx"]), "m.onnx");
            ModelManifest m = evaluator.Manifest;
            if (m.Scores.Count > 0)
                Assert.Equal(("mIoU 0.2", "mIoU 0.3", 2), (m.Scores["street val"], m.Scores["synth val"], m.Scores.Count));
            Assert.Equal(2, m.Recipe.Count);
            return evaluator.Labels(new SynthStreet(1, 3).Load(0).Image);
        }
    }
}
