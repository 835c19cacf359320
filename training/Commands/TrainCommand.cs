using System.CommandLine;
using System.CommandLine.Parsing;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>train</c>: a run from data to checkpoint, or with <c>--bench</c> the time of a step.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        OptionTable<TrainSettings> options = TrainOptions.Table();
        Command c = new("train", "Train a network.");
        options.AddTo(c);
        c.Add(ReproduceCommand.Create());
        c.SetAction(p =>
        {
            TrainSettings settings = options.Read(p);
            if (settings.Bench) TrainBench.Run(settings, dataIsNamed: p.GetResult("--data") is OptionResult { Implicit: false });
            else Run(settings);
            return 0;
        });
        return c;
    }

    /// <summary>Trains until the run is complete or stopped by a signal.</summary>
    /// <exception cref="UserError">There is a run already, or none to resume; bad data or settings; a loss that is not finite.</exception>
    public static void Run(TrainSettings settings)
    {
        string folder = settings.Out;
        if (!settings.Resume && Checkpoint.Exists(folder))
            throw new UserError($"{folder} contains a run already: add --resume to resume it, or choose another --out");
        Checkpoint? from = settings.Resume ? Checkpoint.Of(folder) : null;
        RunConfig wanted = from?.Config ?? settings.Run;
        MixedDataset train = Open(wanted, training: true), validation = Open(wanted, training: false);
        RunConfig config = from?.Config ?? settings.ConfigFor(train);
        INetwork network = config.Network();
        IReadOnlyDictionary<string, float[]>? initial = from is null ? InitialWeights.Of(config, network, Console.WriteLine) : null;
        Trainer trainer = new(config, folder, train, validation, initial, network) { EvaluateEvery = settings.EvaluateEvery };

        using CancellationTokenSource stop = new();
        using StopSignals signals = new(stop); // ends the run after the step, with a checkpoint
        bool done = InFolder(folder, config, from, () => TrainProgress.Show(report => trainer.Run(from, report, stop.Token)));
        Console.WriteLine(done
            ? $"done: './run.sh export {folder} MODEL.onnx' writes the model"
            : $"stopped: continue with --resume --out {folder}");
    }

    private static MixedDataset Open(RunConfig config, bool training)
        => MixedDataset.Parse(config.Data, new Split(training, config.LeaveOut), config.Map);

    /// <summary>Trains in a run folder with its config.json; removes a new folder if training fails before the first checkpoint.</summary>
    private static bool InFolder(string folder, RunConfig config, Checkpoint? from, Func<bool> train)
    {
        bool madeFolder = !Directory.Exists(folder);
        RunState state = from?.Progress ?? new RunState();
        AtomicFile.WriteJson(Path.Combine(folder, RunFile.ConfigFileName), RunFile.Write(config, state)); // makes the folder too
        Console.WriteLine($"{config.Net}-{config.Backbone}, {config.ClassNames.Count} classes, {config.Data}: "
            + $"steps {state.Step}–{config.TotalSteps}, batch {config.BatchSize} of {config.CropWidth}×{config.CropHeight}, to {folder}");
        try
        {
            return train();
        }
        catch (UserError) when (madeFolder && !Checkpoint.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }
}
