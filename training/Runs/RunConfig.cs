using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>The settings of a run, as its checkpoint and config.json keep them.</summary>
public sealed record RunConfig
{
    private (NetworkKey Key, INetwork Network)? _made;

    public required string Net { get; init; }
    public required string Backbone { get; init; }
    public required string Data { get; init; }
    public required IReadOnlyList<string> ClassNames { get; init; }
    public required int BatchSize { get; init; }
    public required int CropWidth { get; init; }
    public required int CropHeight { get; init; }
    public required string Optimizer { get; init; }
    public required string Schedule { get; init; }
    public required double LearningRate { get; init; }
    public required float WeightDecay { get; init; }
    public required long WarmUp { get; init; }
    public required long TotalSteps { get; init; }
    public required int Seed { get; init; }

    /// <summary>A kind of <see cref="ClassWeights"/>.</summary>
    public string Weighting { get; init; } = ClassWeights.Enet;

    public Objective Objective { get; init; } = new();

    /// <summary>Longest gradient, over all parameters together; longer ones are shortened to it. 0 for no limit.</summary>
    public float ClipNorm { get; init; }

    /// <summary>Augmentation by name, see <see cref="AugmentationNames"/>.</summary>
    public string Augment { get; init; } = "plain";

    /// <summary>Random sizes of the pictures, see <see cref="ScaleRange"/>.</summary>
    public string Scale { get; init; } = ScaleRange.DefaultText;

    /// <summary>How a backbone from a file wants its pictures; null for a built-in one.</summary>
    public InputScaling? Input { get; init; }

    /// <summary>How an FCN enlarges its scores.</summary>
    public string Upsampling { get; init; } = Fcn.Learned;

    /// <summary>Crops around one object each: the first of DeconvNet's two stages.</summary>
    public bool ObjectCrops { get; init; }

    /// <summary>The run whose weights this one started from, or null.</summary>
    public string? From { get; init; }

    /// <summary>The classifier's file that the backbone started from, or null.</summary>
    public string? Init { get; init; }

    /// <summary>The commit of the code that trains; empty where that is not known.</summary>
    public string Commit { get; init; } = "";

    /// <summary>Decay of the weights' moving average; 0 keeps none.</summary>
    public double AverageDecay { get; init; }

    /// <summary>Class map of the data, or null.</summary>
    public string? Map { get; init; }

    /// <summary>The drive that is judged on instead of learnt from, or null.</summary>
    public string? LeaveOut { get; init; }

    /// <summary>Mean IU on the validation split when the run last evaluated, by the exported graph.</summary>
    public double? ValidationMeanIu { get; init; }

    /// <summary>The best of them so far, kept as <see cref="Checkpoint.BestFileName"/>.</summary>
    public double BestMeanIu { get; init; }

    public Sampling ToSampling() => Sampling.Parse(ObjectCrops, Augment, Scale);

    /// <summary>The network; made once, since one on a classifier's file reads half a gigabyte for VGG16, and copies of the settings share it.</summary>
    public INetwork Network()
    {
        NetworkKey key = new(Net, Backbone, ClassNames.Count, Upsampling, Input);
        if (_made?.Key != key) _made = (key, NetworkNames.Parse(Net, Backbone, ClassNames.Count, Upsampling, Input));
        return _made.Value.Network;
    }

    public BatchShape Batch => new(BatchSize, CropHeight, CropWidth);

    /// <summary>What a network depends on.</summary>
    private sealed record NetworkKey(string Net, string Backbone, int Classes, string Upsampling, InputScaling? Input);
}
