using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Commands;

/// <summary>The options of <c>train</c>, and the run configuration that they make.</summary>
internal static class TrainOptions
{
    public static readonly Option<string> Net = new("--net") { Description = string.Join(", ", NetworkNames.Names), DefaultValueFactory = _ => "fcn8s" };
    public static readonly Option<string?> Backbone = new("--backbone") { Description = $"{string.Join(", ", Networks.Backbone.Names)} or a classifier's .onnx file for FCNs; {string.Join(", ", DeconvNet.Plans.Keys)} for deconvnet" };
    public static readonly Option<string?> Init = new("--init") { Description = "Start the backbone from a classifier's .onnx file, matched by layer order and shape" };
    public static readonly Option<string> Color = new("--color") { Description = "How a classifier's file wants its pictures: rgb or bgr", DefaultValueFactory = _ => "rgb" };
    public static readonly Option<string?> Mean = new("--mean") { Description = "Its mean in 0-255, one number a channel [default: ImageNet's]" };
    public static readonly Option<string?> Spread = new("--std") { Description = "Its deviation in 0-255 [default: ImageNet's]" };
    public static readonly Option<string> Data = new("--data") { Description = "Folder in CamVid's, PASCAL VOC's or the images/ + masks/ layout, 'synth', or a mix with weights: FOLDER:4,synth:1", DefaultValueFactory = _ => MixedDataset.Synth };
    public static readonly Option<string> Out = new("--out") { Description = "Run folder", DefaultValueFactory = _ => "runs/last" };
    public static readonly Option<int?> Epochs = new("--epochs") { Description = "Length in epochs [default: 40]" };
    public static readonly Option<long?> Steps = new("--steps") { Description = "Length in steps, instead of --epochs" };
    public static readonly Option<int> Batch = new("--batch") { Description = "Pictures a step", DefaultValueFactory = _ => 8 };
    public static readonly Option<string> Crop = new("--crop") { Description = "Training crop WxH, multiples of 32", DefaultValueFactory = _ => "384x288" };
    public static readonly Option<string> Optimizer = new("--optimizer") { Description = "adamw or sgd", DefaultValueFactory = _ => "adamw" };
    public static readonly Option<double> Rate = new("--lr") { Description = "Highest learning rate", DefaultValueFactory = _ => 1e-3 };
    public static readonly Option<string> Schedule = new("--schedule") { Description = "constant, poly or cosine", DefaultValueFactory = _ => "poly" };
    public static readonly Option<long> WarmUp = new("--warmup") { Description = "Steps of linear warm-up", DefaultValueFactory = _ => 100 };
    public static readonly Option<float> Decay = new("--weight-decay") { Description = "Weight decay", DefaultValueFactory = _ => 1e-2f };
    public static readonly Option<int?> Stage = new("--stage") { Description = "DeconvNet's two stages: 1 trains on crops around one object each, 2 on whole pictures, --from stage 1" };
    public static readonly Option<string?> From = new("--from") { Description = "Start from the weights of another run, as far as they fit" };
    public static readonly Option<double> Average = new("--average") { Description = "Decay of a moving average of the weights, which is exported instead, such as 0.999; 0 keeps none" };
    public static readonly Option<string> Loss = new("--loss") { Description = "ce (cross-entropy), ohem (of hard pixels only) or l2 (squared error of probabilities)", DefaultValueFactory = _ => Objective.CrossEntropy };
    public static readonly Option<float> Smoothing = new("--label-smoothing") { Description = "Share of the target spread over all classes" };
    public static readonly Option<float> Auxiliary = new("--aux") { Description = "Weight of a loss on each coarser score map of an FCN, or level of a DeconvNet, such as 0.4" };
    public static readonly Option<float> Clip = new("--clip") { Description = "Longest gradient over all weights; 0 for no limit" };
    public static readonly Option<string> Weighting = new("--class-weights") { Description = "enet (1 / ln(1.10 + share)), root (1 / √share), median (median share / share) or none", DefaultValueFactory = _ => ClassWeights.Enet };
    public static readonly Option<string> Augment = new("--augment") { Description = AugmentationNames.Help, DefaultValueFactory = _ => "plain" };
    public static readonly Option<string> Scale = new("--scale") { Description = "Sizes at which pictures are shown, as factors of the app's", DefaultValueFactory = _ => ScaleRange.DefaultText };
    public static readonly Option<string> Upsample = new("--upsample") { Description = "How an FCN enlarges scores: learned or bilinear", DefaultValueFactory = _ => Fcn.Learned };
    public static readonly Option<int> EvalEvery = new("--eval-every") { Description = "Epochs between scores on the validation split", DefaultValueFactory = _ => 5 };
    public static readonly Option<int> Seed = new("--seed") { Description = "Seed of weights, order and augmentation", DefaultValueFactory = _ => 1 };
    public static readonly Option<bool> Resume = new("--resume") { Description = "Go on from the checkpoint in --out" };
    public static readonly Option<string?> Map = new("--map") { Description = ClassMap.Help };
    public static readonly Option<string?> LeaveOut = new("--leave-out") { Description = "CamVid: keep a drive (0006R0, 0001TP, …) out of training and judge on it" };
    public static readonly Option<bool> Bench = new("--bench") { Description = "Time the training step on random data instead of training" };
    public static readonly Option<int> Classes = new("--classes") { Description = "Classes, for --bench", DefaultValueFactory = _ => 11 };
    public static readonly Option<string?> Json = new("--json") { Description = "Where --bench writes its figures" };

    public static IReadOnlyList<Option> All { get; } =
    [
        Net, Backbone, Init, Color, Mean, Spread, Data, Out, Epochs, Steps, Batch, Crop, Optimizer, Rate, Schedule, WarmUp, Decay, Stage, From, Average, Loss, Smoothing, Auxiliary, Clip, Weighting, Augment, Scale, Upsample, EvalEvery, Seed, Resume, Map, LeaveOut, Bench, Classes, Json,
    ];

    /// <summary>How a backbone from a file wants its pictures; null for a built-in one.</summary>
    public static InputScaling? InputOf(ParseResult p)
        => p.GetValue(Backbone)?.EndsWith(Networks.Backbone.FileEnding, StringComparison.OrdinalIgnoreCase) == true ? InputScaling.Parse(p.GetValue(Color)!, p.GetValue(Mean), p.GetValue(Spread)) : null;

    public static Objective ObjectiveOf(ParseResult p)
        => new Objective { Loss = p.GetValue(Loss)!, LabelSmoothing = p.GetValue(Smoothing), Auxiliary = p.GetValue(Auxiliary) }.Checked();

    public static Sampling SamplingOf(ParseResult p) => Sampling.Parse(p.GetValue(Stage) == 1, p.GetValue(Augment)!, p.GetValue(Scale)!);

    public static RunConfig ConfigOf(ParseResult p, MixedDataset train)
    {
        (int width, int height) = CropOf(p);
        int batch = p.GetValue(Batch);
        if (batch < 1) throw new UserError($"--batch {batch}: it must be at least 1");
        long perEpoch = Math.Max(1, train.EpochSize / batch);
        RunConfig config = new()
        {
            Net = p.GetValue(Net)!,
            Backbone = p.GetValue(Backbone) ?? NetworkNames.DefaultBackbone(p.GetValue(Net)!),
            Input = InputOf(p),
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
            Weighting = p.GetValue(Weighting)!,
            Objective = ObjectiveOf(p),
            ClipNorm = p.GetValue(Clip),
            Augment = p.GetValue(Augment)!,
            Scale = p.GetValue(Scale)!,
            Upsampling = p.GetValue(Upsample)!,
            ObjectCrops = p.GetValue(Stage) == 1,
            From = p.GetValue(From),
            Init = p.GetValue(Init),
            Commit = BuildInfo.Commit(),
            AverageDecay = p.GetValue(Average),
            Map = p.GetValue(Map),
            LeaveOut = p.GetValue(LeaveOut),
        };
        if (config.TotalSteps < 1) throw new UserError("nothing to train: --epochs and --steps must be at least 1");
        if (p.GetValue(Stage) is not (null or 1 or 2)) throw new UserError($"--stage {p.GetValue(Stage)}: there are 1 and 2");
        if (p.GetValue(Stage) == 2 && config.From is null) throw new UserError("--stage 2 goes on from stage 1: name its run with --from");
        if (p.GetValue(Init) is not null && config.From is not null) throw new UserError("--init and --from both name where weights come from: choose one");
        if (config.AverageDecay is < 0 or >= 1) throw new UserError($"--average {config.AverageDecay}: it lies from 0 to below 1");
        if (config.ClipNorm is not (>= 0 and < float.PositiveInfinity)) throw new UserError($"--clip {config.ClipNorm}: it is 0 or a positive length");
        _ = config.ToSampling();
        _ = ClassWeights.Of(config.Weighting, [1]);
        _ = Optim.Optimizer.Parse(config.Optimizer, config.WeightDecay);
        _ = Optim.LearningRate.Parse(config.Schedule, config.LearningRate, config.WarmUp, config.TotalSteps);
        return config;
    }

    public static (int Width, int Height) CropOf(ParseResult p)
    {
        string crop = p.GetValue(Crop)!;
        string[] parts = crop.Split('x');
        if (parts.Length == 2 && int.TryParse(parts[0], CultureInfo.InvariantCulture, out int w) && int.TryParse(parts[1], CultureInfo.InvariantCulture, out int h)
            && w >= FrameInput.Multiple && h >= FrameInput.Multiple && w % FrameInput.Multiple == 0 && h % FrameInput.Multiple == 0)
            return (w, h);
        throw new UserError($"--crop {crop}: give WIDTHxHEIGHT, both multiples of {FrameInput.Multiple}, such as 384x288");
    }
}
