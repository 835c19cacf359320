using System.Text.Json;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.EndToEnd;

/// <summary>What a newcomer gets, and what ships.</summary>
public sealed class FreshCheckoutTests
{
    [Fact]
    [Trait("Set", "Slow")]
    public void Run_sh_does_the_main_job()
    {
        using TemporaryFolder elsewhere = new();
        Finishes(elsewhere, Cli.RunIn(elsewhere.Path));
    }

    /// <summary>CI's checkout is clean, too, and its build takes long enough: this is for a developer's tree.</summary>
    [SkippableFact]
    [Trait("Set", "Long")]
    public void Run_sh_from_a_clean_checkout_builds_and_does_the_main_job()
    {
        (int Code, string Out, string Error)? listed = Cli.Try("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard");
        Skip.If(listed is not { Code: 0 }, "git does not list this tree's files, so no clean checkout can be made");
        using TemporaryFolder fresh = new();
        foreach (string file in listed!.Value.Out.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            string source = Path.Combine(Repository.Root, file), target = fresh[file];
            if (!File.Exists(source)) continue; // deleted in the working tree
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        Finishes(fresh, Cli.RunWithoutDisplay(fresh.Path));
    }

    [SkippableFact]
    [Trait("Set", "Slow")]
    public void The_shipped_street_model_scores_at_least_0_60_on_CamVids_validation_frames()
    {
        Skip.If(Repository.SharedData is null, "the data folder beside the project is not here");
        using TemporaryFolder folder = new();
        string camvid = Path.Combine(Repository.SharedData!, "data/camvid"), figures = folder["e.json"];
        string[] command = ["eval", "models/street.onnx", "--data", camvid, "--split", "val", "--json", figures];
        (int code, _, string error) = Cli.Run(Repository.Root, command);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(figures));
        Assert.True(json.RootElement.GetProperty("miou").GetDouble() >= 0.60, json.RootElement.GetRawText());
        Assert.Equal(11, json.RootElement.GetProperty("per_class").EnumerateObject().Count());
    }

    private static void Finishes(TemporaryFolder folder, (int Code, string Out, string Error) run)
    {
        Assert.True(run.Code == 0, run.Error);
        Assert.Contains("capture to present", run.Out, StringComparison.Ordinal);
        Assert.True(new FileInfo(folder["out/street.mp4"]).Length > 10_000);
        Assert.True(new FileInfo(folder["out/street.png"]).Length > 10_000);
    }
}
