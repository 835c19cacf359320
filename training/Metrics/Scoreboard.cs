using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>All that is measured of an exported model on labelled images.</summary>
public sealed class Scoreboard : IDisposable
{
    private Scoreboard(ModelManifest manifest)
    {
        Manifest = manifest;
        Boundary = new BoundaryScore(manifest.Classes.Count);
        Sizes = new SizeScore(manifest.Classes.Count);
    }

    /// <summary>Of the model.</summary>
    public ModelManifest Manifest { get; }

    public ConfusionMatrix Matrix { get; private set; } = new(0);

    public BoundaryScore Boundary { get; }

    public SizeScore Sizes { get; }

    /// <summary>How labels came from parts of an image; null for the whole alone.</summary>
    public ProposalFusion? Fusion { get; private init; }

    /// <summary>Of the network alone, per image, or per part of one.</summary>
    public double MedianMilliseconds { get; private set; }

    /// <param name="evaluator">The model.</param>
    /// <param name="sets">What it is evaluated on.</param>
    /// <param name="look">Is called with each image and its predicted labels.</param>
    public static Scoreboard Of(Evaluator evaluator, IEnumerable<IDataset> sets, Action<Sample, Mat>? look = null)
    {
        Scoreboard board = new(evaluator.Manifest) { Fusion = evaluator.Fusion };
        board.Matrix = evaluator.Evaluate(sets, (sample, predicted) =>
        {
            board.Boundary.Add(sample.Labels, predicted);
            board.Sizes.Add(sample.Labels, predicted);
            look?.Invoke(sample, predicted);
        });
        board.MedianMilliseconds = evaluator.MedianMilliseconds;
        return board;
    }

    public void Dispose()
    {
        Boundary.Dispose();
        Sizes.Dispose();
    }
}
