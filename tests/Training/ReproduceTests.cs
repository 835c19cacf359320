using OpenCvSharp;
using RealtimeSeg.Tests.Support;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary><c>train reproduce</c>: its runs, and the page that they end in.</summary>
public sealed class ReproduceTests
{
    /// <summary>Every plan for one step, on data in a folder whose name has a space.</summary>
    [Fact]
    [Trait("Set", "Slow")]
    public void Reproduce_trains_every_plan_resumes_and_writes_the_page()
    {
        using TemporaryFolder folder = new();
        string data = folder["toy set"];
        foreach (string split in new[] { "train", "val" }) WriteImages(data, split);
        string[] command =
        [
            "train", "reproduce", "--data", data, "--epochs", "4", "--common", "--batch 2 --crop \"32x32\" --steps 1",
            "--runs", folder["runs"], "--out", folder["page.md"],
        ];
        (int code, _, string error) = Cli.Run(Repository.Root, command);
        Assert.True(code == 0, error);
        string page = File.ReadAllText(folder["page.md"]);
        Assert.Equal(6, page.Split("\n## ").Length - 2); // six claims, then the commands
        string runs = folder["runs"];
        foreach (string line in new[]
        {
            $"- fcn8s, squared error: `./run.sh train --net fcn8s --data \"{data}\" --batch 2 --crop 32x32 --loss l2 --steps 1`",
            $"- deconvnet, two stages: `./run.sh train --net deconvnet --from {runs}/7 --data",
            $"`./run.sh export --ensemble {runs}/2,{runs}/8 ",
        })
        {
            Assert.Contains(line, page, StringComparison.Ordinal);
        }

        Assert.Equal(11, File.ReadLines(folder["page.csv"]).Count());

        DateTime trained = File.GetLastWriteTimeUtc(Path.Combine(folder["runs"], "8", "last.ckpt"));
        (code, _, error) = Cli.Run(Repository.Root, command);
        Assert.True(code == 0, error);
        Assert.Equal(trained, File.GetLastWriteTimeUtc(Path.Combine(folder["runs"], "8", "last.ckpt"))); // found, not trained again
    }

    [Fact]
    public void Reproduce_names_a_bad_common_option()
    {
        (int code, _, string error) = Cli.Run(Repository.Root, "train", "reproduce", "--data", "synth", "--common", "--bach 2");
        Assert.Equal(2, code);
        Assert.Contains("--bach", error, StringComparison.Ordinal);
    }

    private static void WriteImages(string root, string split)
    {
        Directory.CreateDirectory(Path.Combine(root, split));
        Directory.CreateDirectory(Path.Combine(root, split + "annot"));
        for (int i = 0; i < 2; i++)
        {
            using Mat image = new(40, 60, MatType.CV_8UC3, new Scalar(50, 60, 70 * i));
            using Mat labels = new(40, 60, MatType.CV_8UC1, new Scalar(3));
            Cv2.ImWrite(Path.Combine(root, split, $"{i}.png"), image);
            Cv2.ImWrite(Path.Combine(root, split + "annot", $"{i}.png"), labels);
        }
    }
}
