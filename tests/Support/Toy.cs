using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Tests.Support;

/// <summary>Small runs on the toy street.</summary>
internal static class Toy
{
    /// <summary>The toy street to train on; shared, because drawing its images takes eight seconds.</summary>
    public static MixedDataset Street { get; } = MixedDataset.Parse(MixedDataset.Synth, new Split(Training: true));

    public static RunConfig Config(long steps, string net = "fcn8s") => new()
    {
        Net = net,
        Backbone = NetworkNames.DefaultBackbone(net),
        Data = MixedDataset.Synth,
        ClassNames = Street.ClassNames,
        BatchSize = 2,
        CropWidth = 96,
        CropHeight = 64,
        Optimizer = "adamw",
        Schedule = "poly",
        LearningRate = 1e-3,
        WeightDecay = 1e-2f,
        WarmUp = 4,
        TotalSteps = steps,
        Seed = 5,
        Weighting = ClassWeights.None,
    };

    /// <summary>Trains from a checkpoint, another run, or the start, to the configuration's end, and returns the last checkpoint.</summary>
    public static Checkpoint Train(
        RunConfig config, string folder, Checkpoint? from = null, Action<RunLog.Line>? report = null, CancellationToken stop = default)
    {
        Directory.CreateDirectory(folder);
        MixedDataset data = config.Data == MixedDataset.Synth ? Street : MixedDataset.Parse(config.Data, new Split(Training: true));
        bool begins = from is null && config.From is not null;
        IReadOnlyDictionary<string, float[]>? initial = begins ? RunExport.Shipped(Checkpoint.Of(config.From!).State) : null;
        Trainer trainer = new(config, folder, data, validation: null, initial);
        trainer.Run(from, report ?? (_ => { }), stop);
        return Checkpoint.Load(Path.Combine(folder, Checkpoint.FileName));
    }
}

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("rtseg-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
