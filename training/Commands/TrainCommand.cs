using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Runs;
using Spectre.Console;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>train</c>: a run from data to checkpoint, or with <c>--bench</c> the time of a step.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        Command c = new("train", "Train a network.");
        foreach (Option option in TrainOptions.All) c.Add(option);
        c.Add(ReproduceCommand.Create());
        c.SetAction(p => p.GetValue(TrainOptions.Bench) ? RunBench(p) : RunTraining(p));
        return c;
    }

    /// <summary>Runs a command line of <c>train</c>'s, as if it had been typed.</summary>
    public static int Run(IReadOnlyList<string> arguments)
    {
        ParseResult p = Create().Parse(arguments);
        return p.Errors.Count == 0 ? RunTraining(p) : throw new UserError(p.Errors[0].Message);
    }

    private static int RunBench(ParseResult p)
    {
        (int width, int height) = TrainOptions.CropOf(p);
        INetwork net = NetworkNames.Parse(p.GetValue(TrainOptions.Net)!, p.GetValue(TrainOptions.Backbone), p.GetValue(TrainOptions.Classes), p.GetValue(TrainOptions.Upsample)!, TrainOptions.InputOf(p));
        BatchShape batch = new(p.GetValue(TrainOptions.Batch), height, width);
        // The toy street is drawn while it is read; only pictures that were named say what a loader of pictures does.
        Func<BatchLoader>? open = p.GetResult(TrainOptions.Data) is { Implicit: false }
            ? () => new BatchLoader(MixedDataset.Parse(p.GetValue(TrainOptions.Data)!, new Split(Training: true)), batch, seed: 1, firstStep: 0, TrainOptions.SamplingOf(p))
            : null;
        TrainBench.Run(net, batch, TrainOptions.ObjectiveOf(p), Optim.Optimizer.Parse(p.GetValue(TrainOptions.Optimizer)!, p.GetValue(TrainOptions.Decay)), open, p.GetValue(TrainOptions.Json));
        return 0;
    }

    private static int RunTraining(ParseResult p)
    {
        string folder = p.GetValue(TrainOptions.Out)!;
        string checkpointPath = Path.Combine(folder, Checkpoint.FileName);
        bool resume = p.GetValue(TrainOptions.Resume);
        if (!resume && File.Exists(checkpointPath)) throw new UserError($"{folder} holds a run already: add --resume to go on with it, or choose another --out");
        Checkpoint? from = resume ? Checkpoint.Load(checkpointPath) : null;
        MixedDataset train = Open(p, from?.Config, training: true);
        MixedDataset validation = Open(p, from?.Config, training: false);
        RunConfig config = from?.Config ?? TrainOptions.ConfigOf(p, train);
        _ = config.Network();
        IReadOnlyDictionary<string, float[]>? initial = from is not null ? null : p.GetValue(TrainOptions.Init) is { } file ? ClassifierWeights.Match(config, file, Console.WriteLine) : InitialOf(config);
        bool madeFolder = !Directory.Exists(folder);
        AtomicFile.WriteJson(Path.Combine(folder, "config.json"), config); // makes the folder too

        using CancellationTokenSource stop = new();
        using StopSignals signals = new(stop); // ends the run after the step, with a checkpoint
        Trainer trainer = new(config, folder, train, validation, initial) { EvaluateEvery = p.GetValue(TrainOptions.EvalEvery) };
        Console.WriteLine($"{config.Net}-{config.Backbone}, {config.ClassNames.Count} classes, {config.Data}: steps {from?.Step ?? 0}–{config.TotalSteps}, batch {config.BatchSize} of {config.CropWidth}×{config.CropHeight}, to {folder}");
        bool done;
        try
        {
            done = Show(report => trainer.Run(from, report, stop.Token));
        }
        catch (UserError) when (madeFolder && !File.Exists(checkpointPath))
        {
            Directory.Delete(folder, recursive: true); // a run that never got going
            throw;
        }

        Console.WriteLine(done ? $"done: './run.sh export {folder} MODEL.onnx' writes the model" : $"stopped: go on with --resume --out {folder}");
        return 0;
    }

    /// <summary>The parameters to start from; null for random ones.</summary>
    private static IReadOnlyDictionary<string, float[]>? InitialOf(RunConfig config)
    {
        if (config.From is null) return null;
        IReadOnlyDictionary<string, float[]> given = RunExport.Shipped(Checkpoint.Load(Path.Combine(config.From, Checkpoint.FileName)).State);
        Nn.Parameter[] wanted = [.. InferenceGraph.Declared(config.Network())];
        int fit = wanted.Count(w => given.TryGetValue(w.Name, out float[]? v) && v.Length == w.Shape.Count);
        if (fit == 0) throw new UserError($"--from {config.From}: none of its weights fit {config.Net}-{config.Backbone}");
        Console.WriteLine($"{fit} of {wanted.Length} parameters from {config.From}, the others random");
        return given;
    }

    private static MixedDataset Open(ParseResult p, RunConfig? resumed, bool training)
    {
        string data = resumed?.Data ?? p.GetValue(TrainOptions.Data)!;
        string? map = resumed is null ? p.GetValue(TrainOptions.Map) : resumed.Map, leaveOut = resumed is null ? p.GetValue(TrainOptions.LeaveOut) : resumed.LeaveOut;
        return MixedDataset.Parse(data, new Split(training, leaveOut), map);
    }

    /// <summary>A progress bar on a terminal; a line an epoch where the output goes to a file.</summary>
    private static bool Show(Func<Action<RunLog.Line>, bool> run)
    {
        if (Console.IsOutputRedirected) return run(line => Keep(line, Console.WriteLine));
        return AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn()).Start(progress =>
        {
            ProgressTask task = progress.AddTask("training");
            return run(line =>
            {
                task.MaxValue = line.Total;
                task.Value = line.Step;
                task.Description = string.Create(CultureInfo.InvariantCulture, $"loss {line.Loss:F3}  {line.ImagesPerSecond:F1} images/s  {line.Left:hh\\:mm\\:ss} left");
                Keep(line, text => AnsiConsole.MarkupLineInterpolated($"{text}"));
            });
        });
    }

    private static void Keep(RunLog.Line line, Action<string> write)
    {
        if (!line.EpochEnds) return;
        string score = line.Score is { } s ? string.Create(CultureInfo.InvariantCulture, $"  val mean IU {s.MeanIu:F4}, pixel accuracy {s.PixelAccuracy:F4}") : "";
        write(string.Create(CultureInfo.InvariantCulture, $"epoch {line.Epoch:F1}  step {line.Step}/{line.Total}  loss {line.Loss:F4}  {line.ImagesPerSecond:F1} images/s  {line.Left:hh\\:mm\\:ss} left{score}"));
    }
}
