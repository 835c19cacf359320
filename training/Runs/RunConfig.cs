using System.Text.Json.Serialization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// The settings of a run, and their defaults. Checkpoints and config.json keep them under these names in this order, so a property
/// is added at the end and never renamed. <see cref="RunOptionTable"/> has the command line's option for each.
/// </summary>
public sealed record RunConfig
{
    public string Net { get; init; } = "fcn8s";

    /// <summary>A built-in backbone or a classifier's file; empty for the network's own default.</summary>
    public string Backbone { get; init; } = "";

    /// <summary>What to train on, see <see cref="DataSpec"/>.</summary>
    public string Data { get; init; } = MixedDataset.Synth;

    /// <summary>From the data; empty until that is opened.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>Images per step.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Pixels; a multiple of <see cref="FrameInput.Multiple"/>, as is the height.</summary>
    public int CropWidth { get; init; } = 384;

    public int CropHeight { get; init; } = 288;

    public string Optimizer { get; init; } = "adamw";

    public string Schedule { get; init; } = "poly";

    /// <summary>The highest one, after warm-up.</summary>
    public double LearningRate { get; init; } = 1e-3;

    public float WeightDecay { get; init; } = 1e-2f;

    /// <summary>Steps of linear warm-up.</summary>
    public long WarmUp { get; init; } = 100;

    /// <summary>Length of the run; 0 until it follows from a number of epochs and the data.</summary>
    public long TotalSteps { get; init; }

    /// <summary>Seed of weights, order and augmentation.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A kind of <see cref="ClassWeights"/>.</summary>
    public string Weighting { get; init; } = ClassWeights.Log;

    public Objective Objective { get; init; } = new();

    /// <summary>Largest norm of the gradient over all parameters together; larger ones are scaled down to it. 0 for no limit.</summary>
    public float ClipNorm { get; init; }

    /// <summary>Augmentation by name, see <see cref="AugmentationNames"/>.</summary>
    public string Augment { get; init; } = AugmentationNames.Plain;

    /// <summary>Random sizes of the images, see <see cref="ScaleRange"/>.</summary>
    public string Scale { get; init; } = ScaleRange.DefaultText;

    /// <summary>Channel order and scaling that the weights of a file expect; null for a built-in backbone's own.</summary>
    public InputScaling? Input { get; init; }

    /// <summary>How an FCN upsamples its logits.</summary>
    public string Upsampling { get; init; } = Fcn.Learned;

    /// <summary>Crops around one object each: the first of DeconvNet's two stages.</summary>
    public bool ObjectCrops { get; init; }

    /// <summary>Folder of the run whose weights this one started from, or null.</summary>
    public string? From { get; init; }

    /// <summary>The classifier's file that the backbone started from, or null.</summary>
    public string? Init { get; init; }

    /// <summary>The commit of the code that trains; empty if unknown.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Decay of the weights' moving average; 0 keeps none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Class map of the data, or null.</summary>
    public string? Map { get; init; }

    /// <summary>The drive that is kept out of training for validation, or null.</summary>
    public string? LeaveOut { get; init; }

    /// <summary>Epochs between two evaluations on the validation split.</summary>
    public int EvaluateEvery { get; init; } = 5;

    /// <summary>The folder that relative paths in these settings start from; empty in runs of earlier versions.</summary>
    public string StartedIn { get; init; } = "";

    /// <summary>The tensor that a backbone from a file ends with; null for its last feature map.</summary>
    public string? Features { get; init; }

    /// <summary>What is between the backbone and the class layers, see <see cref="BodyChoice"/>.</summary>
    public string Neck { get; init; } = BodyChoice.NoNeck;

    /// <summary>Crops around the best object proposals, so many per image; 0 for whole images.</summary>
    public int Proposals { get; init; }

    /// <summary>Highest learning rate of the body; null for that of the rest.</summary>
    public double? BodyLearningRate { get; init; }

    /// <summary>Epochs at the beginning in which the body does not learn.</summary>
    public int FrozenEpochs { get; init; }

    /// <summary>The stride at which a backbone from a file ends; null for its own.</summary>
    public int? OutputStride { get; init; }

    /// <summary>Which part of the data to train on: <see cref="Split.Train"/> or <see cref="Split.TrainVal"/>.</summary>
    public string TrainOn { get; init; } = Split.Train;

    /// <summary>Class file of the data, see <see cref="Training.Data.ClassFile"/>; null for the data's own.</summary>
    public string? ClassFile { get; init; }

    /// <summary>Share of the images to validate on; null for the data's own split.</summary>
    public double? ValidationShare { get; init; }

    /// <summary>An exported file whose probabilities the network learns from, or null; see <see cref="Objective.Teaching"/>.</summary>
    public string? Teacher { get; init; }

    /// <summary>Whether its convolutions compute with the values of 8-bit integers, which the exported file then has.</summary>
    public bool ForIntegers { get; init; }

    /// <summary>Whether the body of a file begins with random weights and batch norm in place of the file's weights.</summary>
    public bool UntrainedBody { get; init; }

    /// <summary>Whether the second of two stages was asked for, which has to start from the first; the run need not know.</summary>
    [JsonIgnore]
    public bool ContinuesStage { get; init; }

    /// <summary>The network's name in messages and manifests: that of a file without its folders.</summary>
    [JsonIgnore]
    public string NetworkName => $"{Net}-{Path.GetFileNameWithoutExtension(Backbone)}" + (Neck == BodyChoice.NoNeck ? "" : $"-{Neck}");

    /// <summary>The same, and what its weights were trained for.</summary>
    [JsonIgnore]
    public string Title => NetworkName + (ForIntegers ? " trained for 8 bits" : "");

    [JsonIgnore]
    public BodyChoice Body => new(Input, Features, Neck, OutputStride, UntrainedBody);

    [JsonIgnore]
    public BatchShape Batch => new(BatchSize, CropHeight, CropWidth);

    /// <summary>Makes the network; a file for its backbone is read each time (half a gigabyte for VGG16): make it once per run.</summary>
    /// <exception cref="UserError">No such network, backbone or number of classes.</exception>
    public INetwork Network()
        => NetworkNames.Parse(Net, Networks.Backbone.IsFile(Backbone) ? Located(Backbone) : Backbone, ClassNames.Count, Upsampling, Body);

    /// <summary>The data to train on, or to evaluate on: of a mix, the first set, since others may have nothing to validate on.</summary>
    /// <exception cref="UserError">It cannot be opened.</exception>
    public MixedDataset Open(bool training) => MixedDataset.Of(
        [
            .. DataSpec.Parse(Data).Take(training ? int.MaxValue : 1)
                .Select(d => d.Place == MixedDataset.Synth ? d : d with { Place = Located(d.Place) }),
        ],
        new Split(training, LeaveOut, Whole: training && TrainOn == Split.TrainVal, ValidationShare),
        Map,
        ClassFile is null ? null : Located(ClassFile));

    /// <summary>A path of these settings as it opens from the current folder, which need not be the one that it was typed in.</summary>
    public string Located(string path)
    {
        string there = Path.Combine(StartedIn, path);
        return Path.Exists(there) ? there : path;
    }

    /// <summary>The body's learning rate in an epoch, counted from 0, in which the rest learns at <paramref name="rate"/>.</summary>
    public double BodyRateAt(double rate, long epoch)
        => epoch < FrozenEpochs ? 0 : rate * (BodyLearningRate ?? LearningRate) / LearningRate;

    public Sampling ToSampling() => new Sampling(ObjectCrops, Proposals).With(Augment, Scale);

    public Optimizer ToOptimizer() => Optim.Optimizer.Parse(Optimizer, WeightDecay);

    public LearningRate ToSchedule() => Optim.LearningRate.Parse(Schedule, LearningRate, WarmUp, TotalSteps);

    /// <summary>The same settings, if a run can be made of them.</summary>
    /// <exception cref="UserError">Settings that contradict each other, or a name that stands for nothing.</exception>
    public RunConfig Checked()
    {
        if (Init is not null && From is not null) throw new UserError("--init and --from both name initial weights: choose one");
        if (ForIntegers && From is null) throw new UserError("--qat refines a trained network: name its run with --from");
        if (ContinuesStage && From is null) throw new UserError("--stage 2 continues stage 1: name its run with --from");
        if (Objective.Auxiliary > 0 && Net == Fcn.Coarsest) throw new UserError($"--aux: {Net} has no coarser score map: leave it out");
        if ((BodyLearningRate is not null || FrozenEpochs > 0) && Net == DeconvNet.Name && !Networks.Backbone.IsFile(Backbone))
            throw new UserError($"--body-lr and --freeze-body: {Net} has a body apart over a --backbone FILE.onnx only: leave them out");
        if (Upsampling != Fcn.Learned && (Net == DeconvNet.Name || Net == Fcn.Coarsest))
            throw new UserError($"--upsample: {Net} has no upsampling to choose: leave it out");
        if (TrainOn is not (Split.Train or Split.TrainVal))
            throw new UserError($"--train-on '{TrainOn}': choose {Split.Train}, or {Split.TrainVal} for the validation split as well");
        if (TrainOn == Split.TrainVal && LeaveOut is not null)
            throw new UserError($"--leave-out keeps a drive for validation, --train-on {Split.TrainVal} nothing: choose one");
        if (ValidationShare is not null && LeaveOut is not null)
            throw new UserError("--leave-out and --split both say what to validate on: choose one");
        _ = Objective.Checked();
        _ = ToSampling();
        if (ObjectCrops && Net != DeconvNet.Name) throw new UserError($"--stage is for {DeconvNet.Name}, not {Net}: leave it out");
        _ = ClassWeights.Of(Weighting, new ClassFrequencies([1], [1]));
        _ = ToOptimizer();
        _ = ToSchedule();
        return this;
    }
}
