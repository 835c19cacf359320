namespace RealtimeSeg.Training.Metrics;

/// <summary>
/// Counts n[i,j] of pixels of class i predicted as j, and the four metrics of the FCN paper (section 5). Means leave out classes
/// that neither the truth nor the prediction contains.
/// </summary>
public sealed class ConfusionMatrix(int classes)
{
    private readonly long[] _n = new long[classes * classes];

    public int Classes => classes;

    /// <summary>Adds pixels; labels of <see cref="Classes"/> and above are ignored.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> predicted)
    {
        if (truth.Length != predicted.Length) throw new ArgumentException($"{truth.Length} labels, {predicted.Length} predictions");
        for (int i = 0; i < truth.Length; i++)
        {
            if (truth[i] < classes) _n[(truth[i] * classes) + predicted[i]]++;
        }
    }

    public double PixelAccuracy => Ratio(Range.Sum(i => At(i, i)), Range.Sum(Truth));

    public double MeanAccuracy => Mean(Range.Select(i => Ratio(At(i, i), Truth(i))));

    public double MeanIu => Mean(PerClass);

    public double FrequencyWeightedIu
        => Ratio(Range.Where(i => Truth(i) > 0).Sum(i => Truth(i) * Iu(i)), Range.Sum(Truth));

    /// <summary>Intersection over union of each class; NaN for one that is absent.</summary>
    public IReadOnlyList<double> PerClass => [.. Range.Select(Iu)];

    /// <summary>
    /// Share of class <paramref name="truth"/>'s pixels that were predicted as <paramref name="predicted"/>; NaN if it is absent.
    /// </summary>
    public double Share(int truth, int predicted) => Ratio(At(truth, predicted), Truth(truth));

    private IEnumerable<int> Range => Enumerable.Range(0, classes);

    private long At(int truth, int predicted) => _n[(truth * classes) + predicted];

    private long Truth(int i) => Range.Sum(j => At(i, j));

    private double Iu(int i) => Ratio(At(i, i), Truth(i) + Range.Sum(j => At(j, i)) - At(i, i));

    private static double Ratio(double a, double b) => b > 0 ? a / b : double.NaN;

    private static double Mean(IEnumerable<double> values) => values.Where(v => !double.IsNaN(v)).DefaultIfEmpty(double.NaN).Average();
}
