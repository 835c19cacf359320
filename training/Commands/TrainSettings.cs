using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>train</c>: the settings of the run, and what its checkpoints do not keep.</summary>
internal sealed record TrainSettings
{
    public RunConfig Run { get; init; } = new();

    /// <summary>The run folder.</summary>
    public string Out { get; init; } = "runs/last";

    /// <summary>Length of the run, unless <see cref="RunConfig.TotalSteps"/> is set.</summary>
    public int Epochs { get; init; } = 40;

    public bool Resume { get; init; }

    /// <summary>Event files for TensorBoard beside the log.</summary>
    public bool LogsEvents { get; init; }

    /// <summary>Of decoded images; null for <see cref="SampleCache"/>'s default.</summary>
    public long? CacheMegabytes { get; init; }

    /// <summary>Time the step instead of training.</summary>
    public bool Bench { get; init; }

    /// <summary>Classes of the network that is timed.</summary>
    public int Classes { get; init; } = 11;

    /// <summary>Where the figures of the timing go, or null.</summary>
    public string? Json { get; init; }

    /// <summary>That file may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>The complete settings of a new run on this data.</summary>
    /// <exception cref="UserError">Settings that no run can be made of.</exception>
    public RunConfig ConfigFor(MixedDataset train)
    {
        string backbone = Run.Backbone.Length > 0 ? Run.Backbone : NetworkNames.DefaultBackbone(Run.Net);
        RunConfig config = Run with
        {
            Backbone = backbone,
            Input = Scaling(backbone),
            ClassNames = train.ClassNames,
            TotalSteps = Length(train, Run.BatchSize),
            Commit = BuildInfo.Commit(),
            StartedIn = Directory.GetCurrentDirectory(),
        };
        return config.Checked();
    }

    /// <summary>Steps of a run on this data with batches of so many images.</summary>
    public long Length(MixedDataset train, int batch)
        => Run.TotalSteps > 0 ? Run.TotalSteps : Epochs * (long)Math.Max(1, train.EpochSize / batch);

    /// <summary>
    /// What the weights expect: as given, else that of the run that they come from, else ImageNet's if they come from a file; null for
    /// the backbone's own.
    /// </summary>
    private InputScaling? Scaling(string backbone) => Run switch
    {
        { From: { } run } => Run.Input ?? Checkpoint.Of(run).Config.Input ?? (Backbone.IsFile(backbone) ? InputScaling.ImageNet : null),
        { Init: not null } => Run.Input ?? InputScaling.ImageNet,
        _ when Backbone.IsFile(backbone) => Run.Input ?? InputScaling.ImageNet,
        { Input: null } => null,
        _ => throw new UserError(
            $"--color, --mean and --std say what a file's weights expect: '{backbone}' starts from random ones; add --init FILE"),
    };
}
