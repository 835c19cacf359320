using RealtimeSeg.Training.Runs;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.TrainSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The options of <c>train</c>, a row each: those of the run, then those of the command alone.</summary>
internal static class TrainOptions
{
    public const string Epochs = "--epochs";

    internal static IReadOnlyList<OptionRow<TrainSettings>> Rows { get; } =
    [
        .. RunOptionTable.All.Select(o => new RunRow(o.Row)),
        Row.Value(Epochs, "Length in epochs", s => s.Epochs, (s, v) => s with { Epochs = v }, Limits.AtLeast(1)),
        Row.Value("--out", "Run folder", s => s.Out, (s, v) => s with { Out = v }),
        Row.Flag("--resume", "Resume from the checkpoint in --out", s => s with { Resume = true }),
        Row.Word("--logger", "What keeps the run's figures: csv (log.csv and curves.png), or tensorboard (event files in --out as well)",
            [("csv", false), ("tensorboard", true)], s => s.LogsEvents, (s, v) => s with { LogsEvents = v }),
        Row.Value("--cache", "Megabytes of decoded images to keep in memory; if not given, a quarter of the machine's memory",
            s => s.CacheMegabytes, (s, v) => s with { CacheMegabytes = v }, Limits.AtLeast(1L).Optional()),
        Row.Flag("--bench", "Time the training step on random data instead of training", s => s with { Bench = true }),
        Row.Value("--classes", "Number of classes, for --bench", s => s.Classes, (s, v) => s with { Classes = v }),
        Row.Value("--json", "File for the figures of --bench", s => s.Json, (s, v) => s with { Json = v }),
        Overwriting.Row<TrainSettings>(s => s with { Overwrite = true }),
    ];

    public static OptionTable<TrainSettings> Table() => new(new TrainSettings(), Rows);

    /// <summary>A row of the run's settings as one of the command's.</summary>
    private sealed record RunRow(OptionRow<RunConfig> Row) : OptionRow<TrainSettings>(Row.Name, Row.Help)
    {
        public override BoundOption<TrainSettings> Bind(TrainSettings defaults)
        {
            BoundOption<RunConfig> bound = Row.Bind(defaults.Run);
            return new BoundOption<TrainSettings>(bound.Option, (s, parsed) => s with { Run = bound.Put(s.Run, parsed) });
        }
    }
}
