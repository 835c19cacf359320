using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Runs;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary><c>train reproduce --body</c>: bodies of files against themselves without their weights.</summary>
public sealed class BodyStudyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BodyStudyTests() => TinySet.Write(_folder["tiny"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_body_has_a_run_with_its_weights_and_one_without_at_the_rate_of_the_rest()
    {
        RunConfig one = new() { Net = "fcn4s", Backbone = "a/one.onnx", BodyLearningRate = 1e-4, FrozenEpochs = 2, Features = "x" };
        Study study = BodyClaims.Study([one, one with { Backbone = "two.onnx" }]);
        Reproduction reproduction = new(study, new ReproduceSettings { Data = "camvid", Epochs = 12 }, new TrainSettings());
        string[] commands = [.. study.Plans.Select(p => CommandText.Train(reproduction.SettingsOf(p, seed: 2)))];
        string rest = "--data camvid --body-lr 0.0001 --freeze-body 2 --seed 2 --epochs 12";
        Assert.Equal($"train --net fcn4s --backbone a/one.onnx --features x {rest}", commands[0]);
        Assert.Equal(
            "train --net fcn4s --backbone a/one.onnx --features x --untrained-body --data camvid --seed 2 --epochs 12", commands[1]);
        Assert.Equal($"train --net fcn4s --backbone two.onnx --features x {rest}", commands[2]);
        Assert.Equal(["one, trained before", "one, random weights"], study.Claims[0].Names);
        Assert.Equal("two, trained before against two, random weights", study.Claims[1].Comparisons[0].Networks);
    }

    /// <summary>The curves have a point for every second epoch; a second command trains nothing again.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void A_study_of_bodies_ends_in_a_page_with_a_plot()
    {
        ClassifierFile.WriteMobile(_folder["small body.onnx"], MobileHead.Map);
        string body = $"\"{_folder["small body.onnx"]}\" --features {ClassifierFile.LastFeatures}";
        string[] command = Command("--batch 2 --crop 32x32", "--body", body);
        (int code, string error) = InProcess.Trainer(command);
        Assert.True(code == 0, error);
        string page = File.ReadAllText(_folder["page.md"]);
        Assert.Contains(" --seeds 2 --body '\"", page, StringComparison.Ordinal);
        Assert.Contains("](page.png)\n\n## A body that was trained before beats the same one", page, StringComparison.Ordinal);
        Assert.Contains("small body, trained before against small body, random weights: ", page, StringComparison.Ordinal);
        Assert.Contains(" over 2 seeds): ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("DeconvNet's second stage", page, StringComparison.Ordinal);
        Assert.Equal([2.0, 4], RunLog.Scores(_folder["runs/seed-2/1"]).Select(p => p.Epoch));
        Assert.Equal(1 + (2 * 2), File.ReadLines(_folder["page.csv"]).Count());
        Assert.True(new FileInfo(_folder["page.png"]).Length > 1000);

        DateTime trained = File.GetLastWriteTimeUtc(_folder["runs/1/last.ckpt"]);
        (code, error) = InProcess.Trainer(command);
        Assert.True(code == 0, error);
        Assert.Equal(trained, File.GetLastWriteTimeUtc(_folder["runs/1/last.ckpt"]));
        (code, error) = InProcess.Trainer([.. command, "--page-only"]);
        Assert.True(code == 0, error);
        Assert.Contains("](page.png)", File.ReadAllText(_folder["page.md"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "none.onnx", "none.onnx")]
    [InlineData("", "body.onnx --bach 2", "body.onnx --bach 2: ")]
    [InlineData("", "body.onnx --untrained-body", "--untrained-body is set by the plans")]
    [InlineData("", "vgg16", "--untrained-body: 'vgg16' begins with random weights anyway")]
    [InlineData("--backbone vgg16", "body.onnx", "--common --batch 2 --backbone vgg16: --backbone is set by the plans")]
    public void Bodies_that_cannot_be_compared_are_refused_before_the_first_run(string common, string body, string says)
    {
        ClassifierFile.WriteMobile(_folder["body.onnx"], MobileHead.ImagePooling);
        string named = body.StartsWith("vgg", StringComparison.Ordinal) ? body : _folder[body];
        (int code, string error) = InProcess.Trainer(Command($"--batch 2 {common}".Trim(), "--body", named));
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["runs"]));
    }

    [Fact]
    public void Two_bodies_of_one_name_are_refused()
    {
        RunConfig a = new() { Backbone = "a/body.onnx" }, b = new() { Backbone = "b/body.onnx" };
        UserError e = Assert.Throws<UserError>(() => BodyClaims.Study([a, b]));
        Assert.Contains("two are named body", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Four epochs, a step each, and two seeds.</summary>
    private string[] Command(string common, params string[] more) =>
    [
        "train", "reproduce", "--data", _folder["tiny"], "--epochs", "4", "--seeds", "2", "--common", common,
        "--runs", _folder["runs"], "--out", _folder["page.md"], .. more,
    ];
}
