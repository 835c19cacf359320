using System.CommandLine;
using System.Globalization;
using System.Text;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>
/// <c>train reproduce</c>: the chapter's claims, measured. Trains every network that a comparison needs, all with the same budget,
/// seed and data, and writes what came out. Interrupted, it goes on where it was.
/// </summary>
internal static class ReproduceCommand
{
    private const string Ensemble = "fcn8s + deconvnet";

    /// <summary>Runs by name, as arguments of <c>train</c>; {E} is the budget in epochs, {Q} and {R} a quarter of it and the rest.</summary>
    private static readonly (string Name, string Arguments)[] Runs =
    [
        ("fcn32s", "--net fcn32s --epochs {E}"),
        ("fcn16s", "--net fcn16s --epochs {E}"),
        ("fcn8s", "--net fcn8s --epochs {E}"),
        ("fcn4s", "--net fcn4s --epochs {E}"),
        ("fcn8s, frozen bilinear upsampling", "--net fcn8s --upsample bilinear --epochs {E}"),
        ("fcn8s, squared error", "--net fcn8s --loss l2 --epochs {E}"),
        ("deconvnet, one stage", "--net deconvnet --epochs {E}"),
        ("deconvnet, first stage", "--net deconvnet --stage 1 --epochs {Q}"),
        ("deconvnet, two stages", "--net deconvnet --stage 2 --from {FIRST} --epochs {R}"),
    ];

    private static readonly (string Claim, string[] Rows)[] Comparisons =
    [
        ("Skips from finer layers sharpen the result (FCN paper, section 4.3)", ["fcn32s", "fcn16s", "fcn8s", "fcn4s"]),
        ("Upsampling that is learned beats a frozen bilinear one", ["fcn8s", "fcn8s, frozen bilinear upsampling"]),
        ("Per-pixel cross-entropy beats squared error", ["fcn8s", "fcn8s, squared error"]),
        ("DeconvNet sees small objects that FCN misses (DeconvNet paper, section 1)", ["fcn8s", "deconvnet, two stages"]),
        ("Training DeconvNet on single objects first helps (DeconvNet paper, section 4.1)", ["deconvnet, one stage", "deconvnet, two stages"]),
        ("An ensemble of FCN and DeconvNet beats both (DeconvNet paper, section 4.3)", ["fcn8s", "deconvnet, two stages", Ensemble]),
    ];

    public static Command Create()
    {
        Option<string> data = new("--data") { Description = "Folder in CamVid's layout, or synth", Required = true };
        Option<int> epochs = new("--epochs") { Description = "Budget of each network", DefaultValueFactory = _ => 20 };
        Option<string> common = new("--common") { Description = "Options of train that all runs share", DefaultValueFactory = _ => "" };
        Option<string> runs = new("--runs") { Description = "Folder for the runs", DefaultValueFactory = _ => "runs/reproduce" };
        Option<string> target = new("--out") { Description = "Where the table goes; a .csv of the same name beside it", DefaultValueFactory = _ => "training/RESULTS.md" };
        Command c = new("reproduce", "Train what the chapter compares, with equal budgets, and write the table.") { data, epochs, common, runs, target };
        c.SetAction(p =>
        {
            Run(p.GetValue(data)!, p.GetValue(epochs), p.GetValue(common)!, p.GetValue(runs)!, p.GetValue(target)!);
            return 0;
        });
        return c;
    }

    private static void Run(string data, int epochs, string common, string folder, string target)
    {
        if (epochs < 4) throw new UserError($"--epochs {epochs}: two stages need at least 4");
        MixedDataset validation = MixedDataset.Parse(data, new Split(Training: false));
        List<Row> rows = [];
        for (int i = 0; i < Runs.Length; i++)
        {
            string run = Path.Combine(folder, $"{i}");
            string line = $"{Runs[i].Arguments} --data {data} {common}".Trim()
                .Replace("{E}", Number(epochs), StringComparison.Ordinal).Replace("{Q}", Number(epochs / 4), StringComparison.Ordinal)
                .Replace("{R}", Number(epochs - (epochs / 4)), StringComparison.Ordinal).Replace("{FIRST}", Path.Combine(folder, "7"), StringComparison.Ordinal);
            if (!Train(run, line)) return;
            string model = run + ".onnx";
            RunExport.FromRun(run, model);
            rows.Add(Score(Runs[i].Name, model, validation, Minutes(run), line));
            Write(target, rows, $"--data {data} --epochs {epochs}{(common.Length > 0 ? $" --common \"{common}\"" : "")}", epochs);
        }

        string both = Path.Combine(folder, "ensemble.onnx"), fcn = Path.Combine(folder, "2"), deconvnet = Path.Combine(folder, "8");
        RunExport.FromRuns([fcn, deconvnet], Networks.Ensemble.Mean, both);
        rows.Add(Score(Ensemble, both, validation, Minutes(fcn) + Minutes(Path.Combine(folder, "7")) + Minutes(deconvnet), $"export --ensemble {fcn},{deconvnet} {both}"));
        Write(target, rows, $"--data {data} --epochs {epochs}{(common.Length > 0 ? $" --common \"{common}\"" : "")}", epochs);
        Console.WriteLine($"wrote {target}");
    }

    /// <summary>Trains to the end, from the checkpoint where there is one; false when it was stopped before.</summary>
    private static bool Train(string run, string line)
    {
        string checkpoint = Path.Combine(run, Checkpoint.FileName);
        bool begun = File.Exists(checkpoint);
        if (begun && Checkpoint.Load(checkpoint) is { } c && c.Step >= c.Config.TotalSteps) return true;
        TrainCommand.Run(begun ? ["--resume", "--out", run] : [.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--eval-every", "1000", "--out", run]);
        return Checkpoint.Load(checkpoint) is { } end && end.Step >= end.Config.TotalSteps;
    }

    /// <summary>Wall-clock minutes, all sittings together: in the log each starts its seconds anew.</summary>
    private static double Minutes(string run)
    {
        double total = 0, last = 0;
        foreach (string[] row in File.ReadLines(Path.Combine(run, "log.csv")).Skip(1).Select(l => l.Split(',')).Where(r => r.Length > 5))
        {
            double seconds = double.Parse(row[5], CultureInfo.InvariantCulture);
            if (seconds < last) total += last;
            last = seconds;
        }

        return (total + last) / 60;
    }

    private static Row Score(string name, string model, MixedDataset validation, double minutes, string line)
    {
        using Evaluator evaluator = new(File.ReadAllBytes(model), model);
        using Scoreboard board = Scoreboard.Of(evaluator, validation.Parts);
        return new Row(name, board.Matrix.MeanIu, board.Matrix.PixelAccuracy, board.Boundary.Mean, board.Sizes.Terciles, evaluator.Manifest.Parameters, minutes, evaluator.MedianMilliseconds, line);
    }

    private static void Write(string target, List<Row> rows, string options, int epochs)
    {
        StringBuilder page = new($"# Results\n\nWritten by `./run.sh train reproduce {options}`: every network with the same {epochs} epochs, seed 1, recipe and data, from\nrandom weights, judged on the validation split by its exported file. Small, medium and large: IU of objects by terciles of their area.\nMinutes are wall clock beside whatever else ran, pauses included; milliseconds are the network's median. One seed each: a point more or less\nis no proof. The outcome is what came out, also where it contradicts the claim.\n");
        foreach ((string claim, string[] names) in Comparisons)
        {
            Row[] found = [.. names.Select(n => rows.Find(r => r.Name == n)).OfType<Row>()];
            if (found.Length < names.Length) continue;
            page.Append(CultureInfo.InvariantCulture, $"\n## {claim}\n\n| network | mean IU | boundary F1 | small | medium | large | parameters | minutes | ms |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
            foreach (Row r in found)
                page.Append(CultureInfo.InvariantCulture, $"| {r.Name} | {r.MeanIu:F4} | {r.Boundary:F4} | {r.Sizes.Small:F3} | {r.Sizes.Medium:F3} | {r.Sizes.Large:F3} | {r.Parameters / 1e6:F2} M | {r.Minutes:F1} | {r.Milliseconds:F1} |\n");
            Row best = found.MaxBy(r => r.MeanIu)!, rest = found.Where(r => r != best).MaxBy(r => r.MeanIu)!;
            page.Append(CultureInfo.InvariantCulture, $"\nHighest mean IU: {best.Name}, {100 * (best.MeanIu - rest.MeanIu):F1} points above {rest.Name}; boundary F1 {100 * (best.Boundary - rest.Boundary):+0.0;-0.0} points.\n");
        }

        page.Append("\n## Commands\n\n");
        foreach (Row r in rows) page.Append(CultureInfo.InvariantCulture, $"- {r.Name}: `./run.sh {(r.Line.StartsWith("export", StringComparison.Ordinal) ? "" : "train ")}{r.Line}`\n");
        AtomicFile.Write(target, Encoding.UTF8.GetBytes(page.ToString()));

        StringBuilder csv = new("network,mean_iu,pixel_accuracy,boundary_f1,small,medium,large,parameters,minutes,ms,command\n");
        foreach (Row r in rows)
            csv.Append(CultureInfo.InvariantCulture, $"\"{r.Name}\",{r.MeanIu:F4},{r.PixelAccuracy:F4},{r.Boundary:F4},{r.Sizes.Small:F4},{r.Sizes.Medium:F4},{r.Sizes.Large:F4},{r.Parameters},{r.Minutes:F1},{r.Milliseconds:F1},\"{r.Line}\"\n");
        AtomicFile.Write(Path.ChangeExtension(target, ".csv"), Encoding.UTF8.GetBytes(csv.ToString()));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Row(string Name, double MeanIu, double PixelAccuracy, double Boundary, (double Small, double Medium, double Large) Sizes, long Parameters, double Minutes, double Milliseconds, string Line);
}
