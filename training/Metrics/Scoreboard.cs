using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>All that is measured of an exported model on labelled pictures.</summary>
public sealed class Scoreboard : IDisposable
{
    private Scoreboard(Evaluator evaluator)
        => (Evaluator, Boundary, Sizes) = (evaluator, new BoundaryScore(evaluator.Manifest.Classes.Count), new SizeScore(evaluator.Manifest.Classes.Count));

    public Evaluator Evaluator { get; }

    public ConfusionMatrix Matrix { get; private set; } = new(0);

    public BoundaryScore Boundary { get; }

    public SizeScore Sizes { get; }

    /// <param name="evaluator">The model.</param>
    /// <param name="sets">What it is judged on.</param>
    /// <param name="look">Is shown each picture with its prediction.</param>
    public static Scoreboard Of(Evaluator evaluator, IEnumerable<IDataset> sets, Action<Sample, Mat>? look = null)
    {
        Scoreboard board = new(evaluator);
        board.Matrix = evaluator.Evaluate(sets, (sample, predicted) =>
        {
            board.Boundary.Add(sample.Labels, predicted);
            board.Sizes.Add(sample.Labels, predicted);
            look?.Invoke(sample, predicted);
        });
        return board;
    }

    public void Dispose() => Boundary.Dispose();
}
