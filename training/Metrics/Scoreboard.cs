using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>All that is measured of an exported model on labelled images.</summary>
public sealed class Scoreboard : IDisposable
{
    private Scoreboard(ModelManifest manifest, IReadOnlyList<string> classes, Func<int, bool> canShow)
    {
        (Manifest, Classes) = (manifest, classes);
        Matrix = new ConfusionMatrix(classes.Count, canShow);
        Boundary = new BoundaryScore(classes.Count, canShow);
        Sizes = new SizeScore(classes.Count);
    }

    /// <summary>Of the model.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Names of the classes that are scored: the model's, or those of the data that were found among them.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Images that were seen.</summary>
    public int Images { get; private set; }

    public ConfusionMatrix Matrix { get; }

    public BoundaryScore Boundary { get; }

    public SizeScore Sizes { get; }

    /// <summary>How labels came from parts of an image; null for the whole alone.</summary>
    public ProposalFusion? Fusion { get; private init; }

    /// <summary>Of the network alone, per image, or per part of one.</summary>
    public double MedianMilliseconds { get; internal set; }

    /// <param name="evaluator">The model.</param>
    /// <param name="sets">What it is evaluated on.</param>
    /// <param name="look">Is called with each image and its predicted labels.</param>
    public static Scoreboard Of(Evaluator evaluator, IReadOnlyList<IDataset> sets, Action<Sample, Mat>? look = null)
    {
        Scoreboard board = Begin(evaluator, sets);
        evaluator.Evaluate(sets, (sample, predicted) =>
        {
            board.Add(sample, predicted);
            look?.Invoke(sample, predicted);
        });
        board.MedianMilliseconds = evaluator.MedianMilliseconds;
        return board;
    }

    /// <summary>The scores of a model before its first image.</summary>
    internal static Scoreboard Begin(Evaluator evaluator, IReadOnlyList<IDataset> sets)
        => new(evaluator.Manifest, evaluator.ClassesOn(sets[0]), c => sets.Any(s => s.CanShow(c))) { Fusion = evaluator.Fusion };

    /// <summary>Counts an image with the model's labels.</summary>
    internal void Add(Sample sample, Mat predicted)
    {
        Images++;
        Matrix.Add(sample.Labels.AsSpan<byte>(), predicted.AsSpan<byte>());
        Boundary.Add(sample.Labels, predicted);
        Sizes.Add(sample.Labels, predicted);
    }

    public void Dispose()
    {
        Boundary.Dispose();
        Sizes.Dispose();
    }
}
