using System.Globalization;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Commands;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary><c>train reproduce</c>: its runs, and the page that they end in.</summary>
public sealed class ReproduceTests
{
    [Fact]
    public void Plans_share_the_budget_and_change_what_their_names_say()
    {
        ReproduceSettings settings = new() { Data = "synth", Epochs = 20, Runs = "runs/r" };
        Reproduction reproduction = new(Claims.Study, settings, new TrainSettings());
        string[] commands = [.. Claims.Study.Plans.Select(p => CommandText.Train(reproduction.SettingsOf(p, seed: 1)))];
        Assert.Equal("train --net fcn32s --epochs 20", commands[0]);
        Assert.Equal("train --net fcn8s --upsample bilinear --epochs 20", commands[4]);
        Assert.Equal("train --net fcn8s --loss l2 --epochs 20", commands[5]);
        Assert.Equal("train --net deconvnet --stage 1 --epochs 5", commands[7]);
        Assert.Equal("train --net deconvnet --from runs/r/7 --epochs 15", commands[8]);
        TrainSettings second = reproduction.SettingsOf(Claims.Study.Plans[8], seed: 2);
        Assert.Equal("train --net deconvnet --from runs/r/seed-2/7 --seed 2 --epochs 15", CommandText.Train(second));
        Assert.Equal("runs/r/seed-2/8", second.Out);
    }

    /// <summary>Points in each seed: clear, clear the other way, in all by less than their deviation, mixed, one seed.</summary>
    [Theory]
    [InlineData("2 3 4", "+3.0 points of mIoU (± 1.0 over 3 seeds): held")]
    [InlineData("-2 -3 -4", "-3.0 points of mIoU (± 1.0 over 3 seeds): did not hold")]
    [InlineData("0.1 0.1 5", "+1.7 points of mIoU (± 2.8 over 3 seeds): not decided")]
    [InlineData("-0.1 4 4", "+2.6 points of mIoU (± 2.4 over 3 seeds): not decided")]
    [InlineData("5", "+5.0 points of mIoU (one seed): not decided")]
    public void A_claim_holds_if_all_seeds_say_so_by_more_than_they_deviate(string points, string verdict)
    {
        double[] leads = [.. points.Split(' ').Select(p => double.Parse(p, CultureInfo.InvariantCulture) / 100)];
        Result[] Pair(double lead, int seed) => [Of("worse", seed, 0.4), Of("other", seed, 0.9), Of("better", seed, 0.4 + lead)];
        Result[] results = [.. leads.SelectMany(Pair)];
        Comparison comparison = new("better", "worse", "mIoU", r => r.MeanIu);
        Assert.Equal($"better against worse: {verdict}", comparison.Verdict([.. results, Of("better", 99, 0.9)])); // a seed of one only
    }

    /// <summary>The ensemble beats one member in both seeds, and loses to the other: that decides, and the claim did not hold.</summary>
    [Fact]
    public void A_claims_row_has_the_comparison_that_came_out_worst()
    {
        using TemporaryFolder folder = new();
        ReproduceSettings settings = new() { Data = "synth", Epochs = 8, Seeds = 2, Out = folder["page.md"], Note = "On a toy." };
        Result[] Seed(int seed) =>
        [
            Of("fcn8s", seed, 0.50 + (0.01 * seed)), Of("deconvnet, two stages", seed, 0.2), Of("fcn8s + deconvnet", seed, 0.4),
        ];
        ResultsPage.Write(Claims.Study, settings, [.. Seed(1), .. Seed(2)]);
        string page = File.ReadAllText(settings.Out);
        Assert.Contains(
            "| An ensemble of FCN and DeconvNet beats both | DeconvNet paper, section 4.3 | did not hold "
            + "| -11.5 ± 0.7 points of mIoU, 2 seeds | fcn8s + deconvnet against fcn8s |\n",
            page, StringComparison.Ordinal);
        Assert.DoesNotContain("| Skips from finer layers", page, StringComparison.Ordinal); // of which results are missing
        Assert.Contains("over the seeds.\n\nOn a toy.\n\n## DeconvNet sees", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_claim_with_one_seed_has_a_row_without_a_deviation()
    {
        using TemporaryFolder folder = new();
        ReproduceSettings settings = new() { Data = "synth", Epochs = 8, Out = folder["page.md"] };
        ResultsPage.Write(Claims.Study, settings, [Of("fcn8s", 1, 0.5), Of("fcn8s, squared error", 1, 0.4)]);
        Assert.Contains(
            "| not decided | +10.0 points of mIoU, 1 seed | fcn8s against fcn8s, squared error |", File.ReadAllText(settings.Out),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_is_read_as_it_was_written()
    {
        using TemporaryFolder folder = new();
        Result[] results =
        [
            Of("a, \"b\"", 1, 0.1234) with { BySize = (0.1, double.NaN, 0.3), Parameters = 12, Minutes = 1.5, Command = "x \"y z\"" },
            Of("c", 2, 0.4),
        ];
        Result[] others = [.. results.Select(r => r with { Seed = r.Seed + 2 })];
        ResultsTable.Write(folder["r.csv"], results);
        ResultsTable.Write(folder["another machine's.csv"], others);
        File.AppendAllText(folder["r.csv"], File.ReadAllText(folder["another machine's.csv"]));
        Assert.Equal([.. results, .. others], ResultsTable.Read(folder["r.csv"]));
        File.AppendAllText(folder["r.csv"], "\"c\",2,0.4\n");
        UserError refused = Assert.Throws<UserError>(() => ResultsTable.Read(folder["r.csv"]));
        Assert.Contains("line 7: not a row", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, 2, "--lr 0.001", "these options give 'train --net fcn8s --epochs 4'")]
    [InlineData(8, 1, "--lr 0.001", "seed 2 is beyond --seeds 1")]
    [InlineData(8, 2, "--batch 2", "these options give 'train --net fcn8s --batch 2 --epochs 8'")]
    public void A_page_is_not_written_of_results_that_came_of_other_options(int epochs, int seeds, string common, string says)
    {
        using TemporaryFolder folder = new();
        ResultsTable.Write(folder["page.csv"],
        [
            Of("fcn8s", 1, 0.4) with { Command = "train --net fcn8s --epochs 8" },
            Of("fcn8s", 2, 0.4) with { Command = "train --net fcn8s --seed 2 --epochs 8" },
        ]);
        string[] command = ["train", "reproduce", "--data", "synth", "--page-only", "--out", folder["page.md"]];
        (int code, string error) = InProcess.Trainer([.. command, "--epochs", $"{epochs}", "--seeds", $"{seeds}", "--common", common]);
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["page.md"]));
    }

    /// <summary>A row twice would be two seeds, and the page in the table's place would be all that is left of it.</summary>
    [Fact]
    public void A_row_that_occurs_again_and_a_page_over_its_table_are_refused()
    {
        using TemporaryFolder folder = new();
        Result row = Of("fcn8s", 1, 0.4) with { Command = "train --net fcn8s --epochs 8" };
        ResultsTable.Write(folder["page.csv"], [row, row]);
        string[] command = ["train", "reproduce", "--data", "synth", "--page-only", "--epochs", "8", "-y", "--out"];
        (int code, string error) = InProcess.Trainer([.. command, folder["page.md"]]);
        Assert.Equal(2, code);
        Assert.Contains("line 3: fcn8s with seed 1 again", error, StringComparison.Ordinal);
        string table = File.ReadAllText(folder["page.csv"]);
        (code, _) = InProcess.Trainer([.. command, folder["page.csv"]]);
        Assert.Equal(2, code);
        Assert.Equal(table, File.ReadAllText(folder["page.csv"]));
    }

    private static Result Of(string name, int seed, double meanIu) => new(name, meanIu, 0, 0, default)
    {
        Seed = seed,
        Parameters = 0,
        Minutes = 0,
        Milliseconds = 0,
        Command = "",
    };

    [Fact]
    [Trait("Set", "Slow")]
    public void Reproduce_trains_every_plan_once_and_writes_the_page() => Reproduces(seeds: 1, "runs", " (one seed): ");

    [Fact]
    [Trait("Set", "Long")]
    public void Reproduce_goes_on_with_the_next_seed_in_a_folder_of_its_own() => Reproduces(seeds: 2, "runs/seed-2", " over 2 seeds): ");

    private static void Reproduces(int seeds, string lastRuns, string spread)
    {
        using TemporaryFolder folder = new();
        string[] command = EveryPlanForOneStep(folder, seeds);
        Succeeds(command);
        string page = File.ReadAllText(folder["page.md"]), data = folder["toy set"], runs = folder["runs"];
        Assert.Equal(6, page.Split("\n## ").Length - 3); // how it was measured, six claims, the commands
        string which = seeds == 1 ? "seed 1" : "seeds 1–2", csv = File.ReadAllText(folder["page.csv"]);
        Assert.Contains($"train --net deconvnet --from {folder[lastRuns]}/7 --data", csv, StringComparison.Ordinal);
        foreach (string line in new[]
        {
            $"- fcn8s, squared error, {which}: `./run.sh train --net fcn8s --data \"{data}\" --batch 2 --crop 32x32 --loss l2 --steps 1`",
            $"- deconvnet, two stages, {which}: `./run.sh train --net deconvnet --from {runs}/7 --data",
            $"`./run.sh export --ensemble {runs}/2,{runs}/8 ",
            spread,
        })
        {
            Assert.Contains(line, page, StringComparison.Ordinal);
        }

        Assert.Equal(1 + (10 * seeds), File.ReadLines(folder["page.csv"]).Count());

        string last = Path.Combine(folder[lastRuns], "8", "last.ckpt");
        DateTime trained = File.GetLastWriteTimeUtc(last);
        Succeeds(command);
        Assert.Equal(trained, File.GetLastWriteTimeUtc(last));
        Succeeds([.. command, "--page-only"]);
        const string end = "\n## Commands";
        string again = File.ReadAllText(folder["page.md"]);
        Assert.Equal(page[page.IndexOf(end, StringComparison.Ordinal)..], again[again.IndexOf(end, StringComparison.Ordinal)..]);

        Directory.Delete(Path.Combine(runs, "7"), recursive: true); // as after a refusal, to train it with other options
        (int code, _, string error) = Cli.Run(Repository.Root, command);
        Assert.Equal(2, code);
        Assert.Contains($"{Path.Combine(runs, "8")} began from {Path.Combine(runs, "7")}, which has gone", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Seeds_that_do_not_exist_are_refused()
    {
        TrainSettings last = new() { Run = new TrainSettings().Run with { Seed = int.MaxValue - 1 } };
        ReproduceSettings settings = new() { Data = "synth", Epochs = 4, Seeds = 2, Out = "/dev/null" };
        Reproduction reproduction = new(Claims.Study, settings, last);
        Assert.Contains("begin with a smaller one", Assert.Throws<UserError>(reproduction.Run).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--bach 2", "--bach")]
    [InlineData("--batch 2 --epochs 9", "--epochs is set by the plans")]
    public void Reproduce_names_a_bad_common_option(string common, string says)
    {
        (int code, _, string error) = Cli.Run(Repository.Root, "train", "reproduce", "--data", "synth", "--common", common);
        Assert.Equal(2, code);
        Assert.Contains(says, error, StringComparison.Ordinal);
    }

    /// <summary>On data in a folder whose name has a space.</summary>
    private static string[] EveryPlanForOneStep(TemporaryFolder folder, int seeds)
    {
        TinySet.Write(folder["toy set"]);
        return
        [
            "train", "reproduce", "--data", folder["toy set"], "--epochs", "4", "--seeds", seeds.ToString(CultureInfo.InvariantCulture),
            "--common", "--batch 2 --crop \"32x32\" --steps 1", "--runs", folder["runs"], "--out", folder["page.md"],
        ];
    }

    private static void Succeeds(string[] command)
    {
        (int code, _, string error) = Cli.Run(Repository.Root, command);
        Assert.True(code == 0, error);
    }
}
