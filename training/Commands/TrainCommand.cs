using System.CommandLine;
using System.CommandLine.Parsing;
using RealtimeSeg.Training.Batches;
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
            NamedOptions named = NamedOptions.Of(p);
            named.Exclude(RunOptionTable.Steps, TrainOptions.Epochs);
            named.Need("--bench", "--classes", "--json", "--overwrite");
            named.Need("--teacher", "--teacher-weight");
            named.Exclude("--bench", "--resume", "--out", "--init", "--from", "--qat", "--teacher", "--logger");
            TrainSettings settings = options.Read(p);
            if (settings.CacheMegabytes is { } megabytes) SampleCache.Shared = new SampleCache(megabytes * 1_000_000);
            if (settings.Bench) TrainBench.Run(settings, dataIsNamed: p.GetResult("--data") is OptionResult { Implicit: false });
            else Run(settings, named);
            return 0;
        });
        return c;
    }

    /// <summary>Trains until the run is complete or stopped by a signal.</summary>
    /// <param name="settings">All of them.</param>
    /// <param name="named">The options that the command line gave, which have a say when a run is resumed.</param>
    /// <exception cref="UserError">There is a run already, or none to resume; bad data or settings; a loss that is not finite.</exception>
    public static void Run(TrainSettings settings, NamedOptions named)
    {
        string folder = settings.Out;
        if (!settings.Resume && Checkpoint.Exists(folder))
            throw new UserError($"{folder} contains a run already: add --resume to resume it, or choose another --out");
        if (!settings.Resume) ThrowIfForeign(folder);
        using StopSignals signals = new(); // end the run after the step, with a checkpoint
        Checkpoint? from = settings.Resume ? Checkpoint.Of(folder) : null;
        RunConfig wanted = from?.Config ?? settings.Run;
        MixedDataset train = wanted.Open(training: true), validation = wanted.Open(training: false);
        RunConfig config = from is null ? settings.ConfigFor(train) : Resumed(from, settings, named, train);
        if (config.ObjectCrops && !ObjectCrops.HasBackground(config.ClassNames))
            Console.WriteLine($"note: {config.Data} has no background: crops of one object teach its class, not its boundary");
        if (config.TrainOn != Split.Train)
            Console.WriteLine("note: it learns from the validation split too, whose scores then prove nothing");
        INetwork network = config.Network();
        IReadOnlyDictionary<string, float[]>? initial = from is null ? InitialWeights.Of(config, network, Console.WriteLine) : null;
        Trainer trainer = new(config, folder, train, validation, initial, network)
        {
            LogsEvents = settings.LogsEvents || (settings.Resume && EventFile.Exists(folder)),
        };
        bool? done = InFolder(folder, config, from, () => TrainProgress.Show((report, phase) =>
        {
            trainer.Phase = phase;
            return trainer.Run(from, report, signals.Stop);
        }));
        Console.WriteLine(done switch
        {
            true => $"done: '{BuildInfo.Launcher} export {folder} MODEL.onnx' writes the model",
            false => $"stopped at step {trainer.State.Step} of {config.TotalSteps}: saved, "
                + $"'{BuildInfo.Launcher} train --resume --out {folder}' goes on",
            null when from is null => "stopped before its first step: there is nothing to save",
            null => $"stopped before another step: {folder} is at step {from.Progress.Step} as before",
        });
    }

    /// <summary>Refuses a folder of something else; that of a run without a checkpoint yet may be begun again.</summary>
    private static void ThrowIfForeign(string folder)
    {
        string file = Path.Combine(folder, RunFile.ConfigFileName);
        if (File.Exists(file) && !RunFile.Is(file)) throw new UserError($"{file} is no run's: choose another --out");
        if (!File.Exists(file) && Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
            throw new UserError($"{folder} contains other files than a run's: choose another --out");
    }

    /// <summary>The settings of a run that goes on: its own, but for length and interval of evaluations if those are named.</summary>
    /// <exception cref="UserError">The command line contradicts them.</exception>
    private static RunConfig Resumed(Checkpoint from, TrainSettings settings, NamedOptions named, MixedDataset train)
    {
        RunConfig config = from.Config;
        foreach ((string option, string? asked, string? has) in RunOptionTable.Differences(settings.Run, config))
        {
            if (!named.Contains(option)) continue;
            string remedy = "leave it out to resume, or begin a run in another --out";
            throw new UserError($"{$"{option} {asked}".TrimEnd()}: the run in {settings.Out} has {has ?? "none"}: {remedy}");
        }

        if (named.Contains(RunOptionTable.EvaluateEvery)) config = config with { EvaluateEvery = settings.Run.EvaluateEvery };
        if (named.Contains(RunOptionTable.Steps) || named.Contains(TrainOptions.Epochs))
        {
            long steps = settings.Length(train, config.BatchSize), done = from.Progress.Step;
            if (steps < done) throw new UserError($"{settings.Out} has done {done} steps already, {steps} are asked for: ask for more");
            config = config with { TotalSteps = steps };
        }

        return config;
    }

    /// <summary>Trains in a run folder with its config.json; removes a new folder if training ends before the first checkpoint.</summary>
    /// <returns>Whether it is complete; null if it was stopped before its first step.</returns>
    private static bool? InFolder(string folder, RunConfig config, Checkpoint? from, Func<bool> train)
    {
        bool madeFolder = !Directory.Exists(folder);
        RunState state = from?.Progress ?? new RunState();
        AtomicFile.WriteJson(Path.Combine(folder, RunFile.ConfigFileName), RunFile.Write(config, state)); // makes the folder too
        string batch = $"batch {config.BatchSize} of {config.CropWidth}×{config.CropHeight}";
        Console.WriteLine($"{config.Title}, {config.ClassNames.Count} classes, {config.Data}: "
            + $"steps {state.Step}–{config.TotalSteps}, {batch}, to {folder}");
        try
        {
            return train();
        }
        catch (OperationCanceledException)
        {
            if (madeFolder && !Checkpoint.Exists(folder)) Directory.Delete(folder, recursive: true);
            return null;
        }
        catch (UserError) when (madeFolder && !Checkpoint.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }
}
