using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// The options of a run, a row each: the command line, its help, the docs and the recipes in exported files follow from them. Their
/// order is that of help and recipes, and in which they are read.
/// </summary>
public static class RunOptionTable
{
    public const string EvaluateEvery = "--eval-every", Steps = "--steps";

    public static IReadOnlyList<RunOption> All { get; } = [.. Network(), .. Data(), .. Optimization(), .. Loss(), .. Length()];

    private static IEnumerable<RunOption> Network() =>
    [
        RunOption.Of("--net", string.Join(", ", NetworkNames.Names), c => c.Net, (c, v) => c with { Net = v }),
        RunOption.Of("--backbone",
            $"{string.Join(", ", Backbone.Names)} for FCNs; {string.Join(", ", DeconvNet.Plans.Keys)} for deconvnet; "
                + "or the .onnx file of a classifier or another network",
            c => c.Backbone.Length > 0 ? c.Backbone : null, (c, v) => c with { Backbone = v ?? "" }) with { Shorten = Short },
        RunOption.Of("--features", "The tensor that the body of a --backbone file ends with [default: its last feature map]",
            c => c.Features, (c, v) => c with { Features = v }),
        RunOption.Of("--output-stride", "The stride at which the body of a --backbone file ends, 8, 16 or 32, its kernels dilated to suit "
                + "[default: its own]",
            c => c.OutputStride, (c, v) => c with { OutputStride = v },
            new Limit<int>(v => v is 8 or 16 or 32, "choose 8, 16 or 32").Optional()),
        RunOption.Flag("--untrained-body", "Begin the body of a --backbone file with random weights and a batch norm after each "
                + "convolution, to see what the file's own are worth",
            c => c.UntrainedBody, c => c with { UntrainedBody = true }),
        RunOption.Of("--neck", $"{BodyChoice.NoNeck}, or {BodyChoice.PyramidNeck}: a feature pyramid over any backbone of an FCN",
            c => c.Neck, (c, v) => c with { Neck = v }) with { RecordedUnlessDefault = true },
        new(ScalingOptions.Color<RunConfig>(Scaling, Scaled), c => c.Input is { } input ? ScalingOptions.Text(input.Rgb) : null),
        new(ScalingOptions.Mean<RunConfig>(Scaling, Scaled), c => c.Input is { } input ? ScalingOptions.Text(input.Mean) : null),
        new(ScalingOptions.Deviation<RunConfig>(Scaling, Scaled), c => c.Input is { } input ? ScalingOptions.Text(input.Deviation) : null),
        RunOption.Of("--init", "Start the backbone from a classifier's .onnx file, matched by layer order and shape",
            c => c.Init, (c, v) => c with { Init = v }) with { Shorten = Short },
        RunOption.Of("--from", "Start from the weights of another run, as far as they fit",
            c => c.From, (c, v) => c with { From = v }) with { Shorten = Short },
        RunOption.Flag("--qat", "Train the network of --from for 8-bit integers: batch norm is frozen, 'export' writes integers",
            c => c.ForIntegers, c => c with { ForIntegers = true }),
        RunOption.Of("--stage", "DeconvNet's two stages: 1 trains on crops around one object each, 2 on whole images, --from stage 1",
            c => c.ObjectCrops ? 1 : (int?)null, Staged, Limits.Between(1, 2).Optional()),
        RunOption.Of("--proposals", "Train on crops around so many object proposals per image, as DeconvNet's paper in stage 2; 0 for none",
            c => c.Proposals, (c, v) => c with { Proposals = v }, Limits.AtLeast(0)) with { RecordedUnlessDefault = true },
        RunOption.Of("--upsample", $"How an FCN upsamples its logits: {Fcn.Learned} or {Fcn.Bilinear}",
            c => c.Upsampling, (c, v) => c with { Upsampling = v }) with { RecordedUnlessDefault = true },
    ];

    private static IEnumerable<RunOption> Data() =>
    [
        RunOption.Of("--data", DataSpec.Help, c => c.Data, (c, v) => c with { Data = v }) with { Shorten = ShortList },
        RunOption.Of("--map", ClassMap.Help, c => c.Map, (c, v) => c with { Map = v }),
        RunOption.Of("--colors", ClassFile.Help, c => c.ClassFile, (c, v) => c with { ClassFile = v }) with { Shorten = Short },
        RunOption.Of("--split", "Share of the images to validate on instead of the data's own split, such as 0.2: every fifth by name",
            c => c.ValidationShare, (c, v) => c with { ValidationShare = v }, Split.ShareLimit),
        RunOption.Of("--leave-out", "CamVid: keep a drive (0006R0, 0001TP, …) out of training and validate on it",
            c => c.LeaveOut, (c, v) => c with { LeaveOut = v }),
        RunOption.Of("--train-on", $"{Split.Train}, or {Split.TrainVal} to learn from the validation split too, which then proves nothing",
            c => c.TrainOn, (c, v) => c with { TrainOn = v }) with { RecordedUnlessDefault = true },
        RunOption.Of("--augment", AugmentationNames.Help, c => c.Augment, (c, v) => c with { Augment = v }),
        RunOption.Of("--scale", "Random sizes of the images, as factors of their size in the app",
            c => c.Scale, (c, v) => c with { Scale = v }) with { RecordedUnlessDefault = true },
        RunOption.Of("--batch", "Images per step", c => c.BatchSize, (c, v) => c with { BatchSize = v }, Limits.AtLeast(1)),
        RunOption.Parsed("--crop", $"Training crop WIDTHxHEIGHT, multiples of {FrameInput.Multiple}",
            c => $"{c.CropWidth}x{c.CropHeight}", Cropped),
    ];

    private static IEnumerable<RunOption> Optimization() =>
    [
        RunOption.Of("--optimizer", "adamw or sgd", c => c.Optimizer, (c, v) => c with { Optimizer = v }),
        RunOption.Of("--lr", "Highest learning rate", c => c.LearningRate, (c, v) => c with { LearningRate = v },
            Limits.Positive(1e6)),
        RunOption.Of("--body-lr", "Highest learning rate of the backbone [default: --lr]",
            c => c.BodyLearningRate, (c, v) => c with { BodyLearningRate = v }, Limits.AtLeast(0.0).Optional()),
        RunOption.Of("--freeze-body", "Epochs at the beginning in which the backbone does not learn",
            c => c.FrozenEpochs, (c, v) => c with { FrozenEpochs = v }, Limits.AtLeast(0)) with { RecordedUnlessDefault = true },
        RunOption.Of("--schedule", "constant, poly or cosine", c => c.Schedule, (c, v) => c with { Schedule = v }),
        RunOption.Of("--warmup", "Steps of linear warm-up", c => c.WarmUp, (c, v) => c with { WarmUp = v }, Limits.AtLeast(0L)),
        RunOption.Of("--weight-decay", "Weight decay", c => c.WeightDecay, (c, v) => c with { WeightDecay = v }, Limits.AtLeast(0f)),
        RunOption.Of("--clip", "Largest norm of the gradient over all weights; 0 for no limit",
            c => c.ClipNorm, (c, v) => c with { ClipNorm = v },
            new Limit<float>(v => v is >= 0 and < float.PositiveInfinity, "it must be 0 or a positive norm")) with
        {
            RecordedUnlessDefault = true,
        },
    ];

    private static IEnumerable<RunOption> Loss() =>
    [
        RunOption.Of("--loss", "ce (cross-entropy), ohem (over hard pixels only) or l2 (squared error of probabilities)",
            c => c.Objective.Loss, (c, v) => c with { Objective = c.Objective with { Loss = v } }),
        RunOption.Of("--label-smoothing", "Share of the target that is spread over all classes", c => c.Objective.LabelSmoothing,
            (c, v) => c with { Objective = c.Objective with { LabelSmoothing = v } }) with { RecordedUnlessDefault = true },
        RunOption.Of("--aux", "Weight of a loss on each coarser score map of an FCN, or level of a DeconvNet, such as 0.4",
            c => c.Objective.Auxiliary,
            (c, v) => c with { Objective = c.Objective with { Auxiliary = v } }) with { RecordedUnlessDefault = true },
        RunOption.Of("--teacher", "Learn from the probabilities of an exported .onnx file, too (distillation), such as a larger network's",
            c => c.Teacher, (c, v) => c with { Teacher = v }) with { Shorten = Short },
        RunOption.Of("--teacher-weight", "Weight of the loss against the teacher's probabilities, beside that against the labels",
            c => c.Objective.Teaching,
            (c, v) => c with { Objective = c.Objective with { Teaching = v } }) with { RecordedUnlessDefault = true },
        RunOption.Of("--class-weights",
            "log (1 / ln(1.10 + share)), enet (1 / ln(1.02 + share)), root (1 / √share), median (median share / share) or none",
            c => c.Weighting, (c, v) => c with { Weighting = v }),
        RunOption.Of("--average", "Decay of a moving average of the weights, which is exported in their place, such as 0.999; 0 keeps none",
            c => c.AverageDecay, (c, v) => c with { AverageDecay = v }, Limits.Below(0.0, 1.0)) with { RecordedUnlessDefault = true },
    ];

    private static IEnumerable<RunOption> Length() =>
    [
        RunOption.Of("--seed", "Seed of weights, order and augmentation", c => c.Seed, (c, v) => c with { Seed = v }),
        RunOption.Of(Steps, "Length in steps, instead of --epochs", c => c.TotalSteps > 0 ? c.TotalSteps : (long?)null,
            (c, v) => c with { TotalSteps = v ?? 0 }, Limits.AtLeast(1L).Optional()) with { MayChange = true },
        RunOption.Of(EvaluateEvery, "Epochs between evaluations on the validation split",
            c => c.EvaluateEvery, (c, v) => c with { EvaluateEvery = v }, Limits.AtLeast(1)) with
        {
            MayChange = true,
            RecordedUnlessDefault = true,
        },
    ];

    /// <summary>Options that do not have the same value in both, those that may change while a run is under way left out.</summary>
    /// <returns>By option, the value in <paramref name="a"/> and that in <paramref name="b"/>; null for none.</returns>
    internal static IEnumerable<(string Option, string? A, string? B)> Differences(RunConfig a, RunConfig b)
        => All.Where(o => !o.MayChange && o.Text(a) != o.Text(b)).Select(o => (o.Row.Name, o.Text(a), o.Text(b)));

    /// <summary>A path without the folders of the machine that trained.</summary>
    internal static string Short(string path)
    {
        bool elsewhere = Path.IsPathRooted(path) || path.StartsWith("..", StringComparison.Ordinal);
        return elsewhere ? Path.GetFileName(Path.TrimEndingDirectorySeparator(path)) : path;
    }

    /// <summary>The same for several paths with commas between them.</summary>
    internal static string ShortList(string paths) => string.Join(',', paths.Split(',').Select(Short));

    private static InputScaling Scaling(RunConfig c) => c.Input ?? InputScaling.ImageNet;

    private static RunConfig Scaled(RunConfig c, InputScaling input) => c with { Input = input };

    /// <summary>Stage 2 is ordinary training that starts from stage 1.</summary>
    private static RunConfig Staged(RunConfig c, int? stage) => c with { ObjectCrops = stage == 1, ContinuesStage = stage == 2 };

    private static RunConfig Cropped(RunConfig c, string text)
    {
        static bool Fits(int side) => side >= FrameInput.Multiple && side % FrameInput.Multiple == 0;
        return Parse.Pair(text) is { } size && Fits(size.Width) && Fits(size.Height)
            ? c with { CropWidth = size.Width, CropHeight = size.Height }
            : throw new UserError($"--crop {text}: give WIDTHxHEIGHT, both multiples of {FrameInput.Multiple}, such as 384x288");
    }
}
