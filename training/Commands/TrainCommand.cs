using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Models;
using RealtimeSeg.Training.Run;
using Spectre.Console;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>train</c>: a run from data to checkpoint, or with <c>--bench</c> the time of a step.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Net = new("--net") { Description = string.Join(", ", Networks.Names), DefaultValueFactory = _ => "fcn8s" };
    private static readonly Option<string?> Backbone = new("--backbone") { Description = "reslite for FCNs, vgglite for deconvnet" };
    private static readonly Option<string> Data = new("--data") { Description = "Folder in CamVid's, PASCAL VOC's or the images/ + masks/ layout, 'synth', or a mix with weights: FOLDER:4,synth:1", DefaultValueFactory = _ => MixedDataset.Synth };
    private static readonly Option<string> Out = new("--out") { Description = "Run folder", DefaultValueFactory = _ => "runs/last" };
    private static readonly Option<int?> Epochs = new("--epochs") { Description = "Length in epochs [default: 40]" };
    private static readonly Option<long?> Steps = new("--steps") { Description = "Length in steps, instead of --epochs" };
    private static readonly Option<int> Batch = new("--batch") { Description = "Pictures a step", DefaultValueFactory = _ => 8 };
    private static readonly Option<string> Crop = new("--crop") { Description = "Training crop WxH, multiples of 32", DefaultValueFactory = _ => "384x288" };
    private static readonly Option<string> Optimizer = new("--optimizer") { Description = "adamw or sgd", DefaultValueFactory = _ => "adamw" };
    private static readonly Option<double> Rate = new("--lr") { Description = "Highest learning rate", DefaultValueFactory = _ => 1e-3 };
    private static readonly Option<string> Schedule = new("--schedule") { Description = "constant, poly or cosine", DefaultValueFactory = _ => "poly" };
    private static readonly Option<long> WarmUp = new("--warmup") { Description = "Steps of linear warm-up", DefaultValueFactory = _ => 100 };
    private static readonly Option<float> Decay = new("--weight-decay") { Description = "Weight decay", DefaultValueFactory = _ => 1e-2f };
    private static readonly Option<int?> Stage = new("--stage") { Description = "DeconvNet's two stages: 1 trains on crops around one object each, 2 on whole pictures, --from stage 1" };
    private static readonly Option<string?> From = new("--from") { Description = "Start from the weights of another run, as far as they fit" };
    private static readonly Option<double> Average = new("--average") { Description = "Decay of a moving average of the weights, which is exported instead, such as 0.999; 0 keeps none" };
    private static readonly Option<bool> Unweighted = new("--unweighted") { Description = "Give all classes the same weight in the loss" };
    private static readonly Option<int> EvalEvery = new("--eval-every") { Description = "Epochs between scores on the validation split", DefaultValueFactory = _ => 5 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Seed of weights, order and augmentation", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the checkpoint in --out" };
    private static readonly Option<string?> Map = new("--map") { Description = "Class map: voc-person makes it person against the rest" };
    private static readonly Option<string?> LeaveOut = new("--leave-out") { Description = "CamVid: keep a drive (0006R0, 0001TP, …) out of training and judge on it" };
    private static readonly Option<bool> Bench = new("--bench") { Description = "Time the training step on random data instead of training" };
    private static readonly Option<int> Classes = new("--classes") { Description = "Classes, for --bench", DefaultValueFactory = _ => 11 };
    private static readonly Option<string?> Json = new("--json") { Description = "Where --bench writes its figures" };

    public static Command Create()
    {
        Command c = new("train", "Train a network.")
        {
            Net, Backbone, Data, Out, Epochs, Steps, Batch, Crop, Optimizer, Rate, Schedule, WarmUp, Decay, Stage, From, Average, Unweighted, EvalEvery, Seed, Resume, Map, LeaveOut, Bench, Classes, Json,
        };
        c.SetAction(p => p.GetValue(Bench) ? RunBench(p) : RunTraining(p));
        return c;
    }

    private static int RunBench(ParseResult p)
    {
        (int width, int height) = ParseCrop(p.GetValue(Crop)!);
        INetwork net = Networks.Parse(p.GetValue(Net)!, p.GetValue(Backbone), p.GetValue(Classes));
        TrainBench.Run(net, new BatchShape(p.GetValue(Batch), height, width), Optim.Optimizer.Parse(p.GetValue(Optimizer)!, p.GetValue(Decay)), p.GetValue(Json));
        return 0;
    }

    private static int RunTraining(ParseResult p)
    {
        string folder = p.GetValue(Out)!;
        string checkpointPath = Path.Combine(folder, Checkpoint.FileName);
        bool resume = p.GetValue(Resume);
        if (!resume && File.Exists(checkpointPath)) throw new UserError($"{folder} holds a run already: add --resume to go on with it, or choose another --out");
        Checkpoint? from = resume ? Checkpoint.Load(checkpointPath) : null;
        MixedDataset train = Open(p, from?.Config, training: true);
        MixedDataset validation = Open(p, from?.Config, training: false);
        RunConfig config = from?.Config ?? ConfigOf(p, train);
        _ = config.Network();
        IReadOnlyDictionary<string, float[]>? initial = from is null ? InitialOf(config) : null;
        bool madeFolder = !Directory.Exists(folder);
        AtomicFile.WriteJson(Path.Combine(folder, "config.json"), config); // makes the folder too

        using CancellationTokenSource stop = new();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        Trainer trainer = new(config, folder, train, validation, initial) { EvaluateEvery = p.GetValue(EvalEvery) };
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
        IReadOnlyDictionary<string, float[]> given = Exporter.Shipped(Checkpoint.Load(Path.Combine(config.From, Checkpoint.FileName)).State);
        Nn.Parameter[] wanted = [.. InferenceGraph.Declared(config.Network())];
        int fit = wanted.Count(w => given.TryGetValue(w.Name, out float[]? v) && v.Length == w.Shape.Count);
        if (fit == 0) throw new UserError($"--from {config.From}: none of its weights fit {config.Net}-{config.Backbone}");
        Console.WriteLine($"{fit} of {wanted.Length} parameters from {config.From}, the others random");
        return given;
    }

    private static MixedDataset Open(ParseResult p, RunConfig? resumed, bool training)
    {
        string data = resumed?.Data ?? p.GetValue(Data)!;
        string? map = resumed is null ? p.GetValue(Map) : resumed.Map, leaveOut = resumed is null ? p.GetValue(LeaveOut) : resumed.LeaveOut;
        return MixedDataset.Parse(data, new Split(training, leaveOut), map);
    }

    private static RunConfig ConfigOf(ParseResult p, MixedDataset train)
    {
        (int width, int height) = ParseCrop(p.GetValue(Crop)!);
        int batch = p.GetValue(Batch);
        if (batch < 1) throw new UserError($"--batch {batch}: it must be at least 1");
        long perEpoch = Math.Max(1, train.EpochSize / batch);
        RunConfig config = new()
        {
            Net = p.GetValue(Net)!,
            Backbone = p.GetValue(Backbone) ?? Networks.DefaultBackbone(p.GetValue(Net)!),
            Data = p.GetValue(Data)!,
            ClassNames = train.ClassNames,
            BatchSize = batch,
            CropWidth = width,
            CropHeight = height,
            Optimizer = p.GetValue(Optimizer)!,
            Schedule = p.GetValue(Schedule)!,
            LearningRate = p.GetValue(Rate),
            WeightDecay = p.GetValue(Decay),
            WarmUp = p.GetValue(WarmUp),
            TotalSteps = p.GetValue(Steps) ?? (p.GetValue(Epochs) ?? 40) * perEpoch,
            Seed = p.GetValue(Seed),
            WeightClasses = !p.GetValue(Unweighted),
            ObjectCrops = p.GetValue(Stage) == 1,
            From = p.GetValue(From),
            AverageDecay = p.GetValue(Average),
            Map = p.GetValue(Map),
            LeaveOut = p.GetValue(LeaveOut),
        };
        if (config.TotalSteps < 1) throw new UserError("nothing to train: --epochs and --steps must be at least 1");
        if (p.GetValue(Stage) is not (null or 1 or 2)) throw new UserError($"--stage {p.GetValue(Stage)}: there are 1 and 2");
        if (p.GetValue(Stage) == 2 && config.From is null) throw new UserError("--stage 2 goes on from stage 1: name its run with --from");
        if (config.AverageDecay is < 0 or >= 1) throw new UserError($"--average {config.AverageDecay}: it lies from 0 to below 1");
        _ = Optim.Optimizer.Parse(config.Optimizer, config.WeightDecay);
        _ = Optim.Schedule.Parse(config.Schedule, config.LearningRate, config.WarmUp, config.TotalSteps);
        return config;
    }

    private static (int Width, int Height) ParseCrop(string crop)
    {
        string[] parts = crop.Split('x');
        if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int w) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int h)
            && w >= Nn.Preamble.Multiple && h >= Nn.Preamble.Multiple && w % Nn.Preamble.Multiple == 0 && h % Nn.Preamble.Multiple == 0)
            return (w, h);
        throw new UserError($"--crop {crop}: give WIDTHxHEIGHT, both multiples of {Nn.Preamble.Multiple}, such as 384x288");
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
