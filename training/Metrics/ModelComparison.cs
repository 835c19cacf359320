using OpenCvSharp;
using RealtimeSeg.Training.Data;

namespace RealtimeSeg.Training.Metrics;

/// <summary>Two models on the same images: the scores of each, how often they agree, and the images where they do least.</summary>
public sealed class ModelComparison : IDisposable
{
    private long _same, _pixels;

    private ModelComparison(Scoreboard first, Scoreboard second, DifferingImages? images)
        => (First, Second, Images) = (first, second, images);

    public Scoreboard First { get; }

    public Scoreboard Second { get; }

    /// <summary>Where they differ most; null if that was not asked for.</summary>
    public DifferingImages? Images { get; }

    /// <summary>Share of all pixels that both give the same class, whatever the truth is.</summary>
    public double Agreement => _pixels > 0 ? _same / (double)_pixels : double.NaN;

    /// <param name="first">A model.</param>
    /// <param name="second">Another one, which scores the same classes.</param>
    /// <param name="sets">What they are evaluated on.</param>
    /// <param name="keepImages">Whether to collect the images where they differ most.</param>
    public static ModelComparison Of(Evaluator first, Evaluator second, IReadOnlyList<IDataset> sets, bool keepImages)
    {
        DifferingImages? images = keepImages ? new DifferingImages(first.ClassesOn(sets[0])) : null;
        Scoreboard other = Scoreboard.Begin(second, sets);
        long same = 0, pixels = 0;
        Scoreboard board = Scoreboard.Of(first, sets, (sample, predicted) =>
        {
            using Mat others = second.Labelled(sample, sets[0]);
            other.Add(sample, others);
            ReadOnlySpan<byte> a = predicted.AsSpan<byte>(), b = others.AsSpan<byte>();
            int equal = 0;
            for (int i = 0; i < a.Length; i++) equal += a[i] == b[i] ? 1 : 0;
            (same, pixels) = (same + equal, pixels + a.Length);
            images?.Add(sample, predicted, others, 1 - (equal / (double)a.Length));
        });
        other.MedianMilliseconds = second.MedianMilliseconds;
        return new ModelComparison(board, other, images) { _same = same, _pixels = pixels };
    }

    public void Dispose()
    {
        First.Dispose();
        Second.Dispose();
        Images?.Dispose();
    }
}
