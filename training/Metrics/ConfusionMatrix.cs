namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Counts n[i,j] of pixels of class i predicted as j, and the four metrics of the FCN paper (section 5). Means leave out classes
/// that neither the truth nor the prediction contains, and those that the truth cannot contain.
/// </summary>
/// <param name="classes">Their number.</param>
/// <param name="canShow">Whether the truth can contain a class; null for all.</param>
public sealed class ConfusionMatrix(int classes, Func<int, bool>? canShow = null)
{
    /// <summary>By truth, then by prediction, whose last value is no class at all.</summary>
    private readonly long[] _n = new long[classes * (classes + 1)];

    private readonly bool[] _counts = [.. Enumerable.Range(0, classes).Select(c => canShow?.Invoke(c) ?? true)];

    public int Classes => classes;

    /// <summary>Adds pixels; labels of <see cref="Classes"/> and above are ignored.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> predicted)
    {
        if (truth.Length != predicted.Length) throw new ArgumentException($"{truth.Length} labels, {predicted.Length} predictions");
        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] < classes) _n[(truth[i] * (classes + 1)) + Math.Min(predicted[i], classes)]++;
        }
    }

    public double PixelAccuracy => Ratio(Range.Sum(i => At(i, i)), Range.Sum(Truth));

    public double MeanAccuracy => Mean(Range.Select(i => Ratio(At(i, i), Truth(i))));

    public double MeanIu => Mean(PerClass);

    public double FrequencyWeightedIu
        => Ratio(Range.Where(i => Truth(i) > 0).Sum(i => Truth(i) * Iu(i)), Range.Sum(Truth));

    /// <summary>Intersection over union of each class; NaN for one that is absent.</summary>
    public IReadOnlyList<double> PerClass => [.. Range.Select(Iu)];

    /// <summary>Pixels whose truth is known.</summary>
    public long Pixels => _n.Sum();

    /// <summary>
    /// Share of class <paramref name="truth"/>'s pixels that were predicted as <paramref name="predicted"/>; NaN if it is absent.
    /// </summary>
    public double Share(int truth, int predicted) => Ratio(At(truth, predicted), Truth(truth));

    private IEnumerable<int> Range => Enumerable.Range(0, classes);

    private long At(int truth, int predicted) => _n[(truth * (classes + 1)) + predicted];

    private long Truth(int i) => Range.Append(classes).Sum(j => At(i, j));

    private double Iu(int i) => _counts[i] ? Ratio(At(i, i), Truth(i) + Range.Sum(j => At(j, i)) - At(i, i)) : double.NaN;

    private static double Ratio(double a, double b) => b > 0 ? a / b : double.NaN;

    private static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();
}
