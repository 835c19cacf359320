using System.CommandLine;
using System.CommandLine.Parsing;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.ReproduceSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>train reproduce</c>.</summary>
internal sealed record ReproduceSettings
{
    public string Data { get; init; } = "";

    /// <summary>Budget of each network in epochs.</summary>
    public int Epochs { get; init; } = 20;

    /// <summary>Runs of each network, from the shared seed upwards.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Options of <c>train</c> that all runs share, as one text.</summary>
    public string Common { get; init; } = "";

    /// <summary>Bodies to compare with themselves without their weights: a file, then options of <c>train</c> that it needs.</summary>
    public string[] Bodies { get; init; } = [];

    /// <summary>Folder of the runs.</summary>
    public string Runs { get; init; } = "runs/reproduce";

    /// <summary>The page with the results.</summary>
    public string Out { get; init; } = "out/results.md";

    /// <summary>What the page adds to how it was measured, such as the machine and what else it did.</summary>
    public string Note { get; init; } = "";

    /// <summary>Nothing is trained: the page is written from the .csv beside it.</summary>
    public bool PageOnly { get; init; }

    /// <summary>A page that is something else may be replaced.</summary>
    public bool Overwrite { get; init; }
}

/// <summary>
/// <c>train reproduce</c>: the chapter's claims, measured. Trains every network that a comparison needs, all with the same budget,
/// seeds and data, and writes the results. Resumes if it was interrupted.
/// </summary>
internal static class ReproduceCommand
{
    internal static IReadOnlyList<OptionRow<ReproduceSettings>> Rows { get; } =
    [
        Row.Value("--epochs", "Budget of each network", s => s.Epochs, (s, v) => s with { Epochs = v },
            new Limit<int>(v => v >= 4, "two stages need at least 4")),
        Row.Value("--seeds", "Runs of each network, with consecutive seeds: results get deviations, claims verdicts",
            s => s.Seeds, (s, v) => s with { Seeds = v }, Limits.Between(1, 100)),
        Row.Value("--common", "Options of train that all runs share, as one text", s => s.Common, (s, v) => s with { Common = v }),
        Row.Value("--body", "In place of the papers' claims: what the weights of a trained network's .onnx FILE are worth as a body "
                + "against random ones; with options of train that the file needs, as one text; may be repeated",
            s => s.Bodies, (s, v) => s with { Bodies = v }),
        Row.Value("--runs", "Folder for the runs", s => s.Runs, (s, v) => s with { Runs = v }),
        Row.Value("--out", "File for the tables; a .csv of the same name goes beside it", s => s.Out, (s, v) => s with { Out = v }),
        Row.Value("--note", "A remark for the page, such as the machine and what else it did", s => s.Note, (s, v) => s with { Note = v }),
        Row.Flag("--page-only", "Train nothing: write the page from its .csv, such as one joined from those of several machines",
            s => s with { PageOnly = true }),
        Overwriting.Row<ReproduceSettings>(s => s with { Overwrite = true }),
    ];

    /// <summary>What every run has of its own; but for a study of bodies, the network.</summary>
    private static readonly string[] Planned = ["--net", "--data", "--epochs", "--out", "--from", "--stage", "--resume", "--eval-every"];

    public static Command Create()
    {
        Option<string> data = new("--data") { Description = "Folder in CamVid's layout, or synth", Required = true };
        OptionTable<ReproduceSettings> options = new(new ReproduceSettings(), Rows);
        Command c = new("reproduce", "Train what the papers' claims compare, with equal budgets, and write the tables.") { data };
        options.AddTo(c);
        c.SetAction(p =>
        {
            ReproduceSettings settings = options.Read(p) with { Data = p.GetValue(data)! };
            Reproduction reproduction = Of(settings);
            if (settings.PageOnly) reproduction.WritePage();
            else reproduction.Run();
            return 0;
        });
        return c;
    }

    /// <summary>That of the papers' claims, or of bodies.</summary>
    private static Reproduction Of(ReproduceSettings s)
    {
        string shared = $"--common {s.Common}";
        if (s.Bodies.Length == 0) return new Reproduction(Claims.Study, s, Read(shared, s.Common, Planned));
        string[] planned = [.. Planned.Where(o => o != "--net"), "--untrained-body"];
        TrainSettings common = Read(shared, s.Common, [.. planned, "--backbone"]);
        return new Reproduction(
            BodyClaims.Study([.. s.Bodies.Select(b => Read($"--body {b}", $"{s.Common} --backbone {b}", planned).Run)]), s, common);
    }

    /// <summary>Settings of <c>train</c> from a text.</summary>
    private static TrainSettings Read(string named, string text, string[] planned)
    {
        Command train = new("train");
        OptionTable<TrainSettings> options = TrainOptions.Table();
        options.AddTo(train);
        ParseResult parsed = train.Parse([.. CommandLineParser.SplitCommandLine(text)]);
        if (parsed.Errors.Count > 0) throw new UserError($"{named}: {parsed.Errors[0].Message.TrimEnd('.')}: see train --help");
        string? taken = Array.Find(planned, name => parsed.GetResult(name) is OptionResult { Implicit: false });
        if (taken is not null) throw new UserError($"{named}: {taken} is set by the plans; leave it out");
        return options.Read(parsed);
    }
}
