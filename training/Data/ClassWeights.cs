namespace RealtimeSeg.Training.Data;

/// <summary>How frequent classes are, and the weights of the loss that follow from it.</summary>
public static class ClassWeights
{
    public const string None = "none", Log = "log", Enet = "enet", Root = "root", Median = "median";

    /// <summary>ENet's constant c limits the weight of rare classes: to 50 times that of one which is everywhere, nearly.</summary>
    private const double EnetConstant = 1.02;

    /// <summary>Limits it to 7 times: fewer false alarms of rare classes.</summary>
    private const double LogConstant = 1.10;

    /// <summary>Counts every labelled pixel of a set.</summary>
    /// <exception cref="OperationCanceledException">It was to end.</exception>
    public static ClassFrequencies Frequencies(IDataset set, CancellationToken stop = default)
    {
        int classes = set.ClassNames.Count;
        double[] counts = new double[classes], around = new double[classes];
        for (int i = 0; i < set.Count; i++)
        {
            stop.ThrowIfCancellationRequested();
            double[] own = Counts(set.Load(i), classes);
            double labelled = own.Sum();
            for (int c = 0; c < classes; c++)
            {
                counts[c] += own[c];
                if (own[c] > 0) around[c] += labelled;
            }
        }

        double total = Math.Max(1, counts.Sum());
        return new ClassFrequencies([.. counts.Select(c => c / total)], [.. counts.Zip(around, (c, all) => c / Math.Max(1, all))]);
    }

    /// <summary>The weights for a data set, whose images are read only if the kind needs them.</summary>
    /// <exception cref="OperationCanceledException">It was to end while images were read.</exception>
    public static IReadOnlyList<float> Of(string kind, MixedDataset data, CancellationToken stop = default)
        => kind == None ? [.. data.ClassNames.Select(_ => 1f)] : Of(kind, data.CountClasses(stop));

    /// <summary>
    /// One weight per class, which makes up the share f of all pixels. <c>enet</c>: 1 / ln(1.02 + f) (Paszke et al. 2016,
    /// section 5.2), and <c>log</c>: 1 / ln(1.10 + f), both scaled to mean 1. <c>root</c>: 1 / √f, scaled to mean 1. <c>median</c>:
    /// median / f (Eigen and Fergus 2015, section 6.3), where f is the share of the pixels of those images that show the class, and
    /// the median is over the classes. In the last two an absent class gets 0.
    /// </summary>
    /// <exception cref="UserError">No such weighting.</exception>
    public static IReadOnlyList<float> Of(string kind, ClassFrequencies frequencies)
    {
        IReadOnlyList<double> shares = frequencies.Overall, shown = frequencies.WhereShown;
        double median = shown.Where(f => f > 0).Order().ElementAtOrDefault(shown.Count(f => f > 0) / 2);
        double[] weights = kind switch
        {
            None => [.. shares.Select(_ => 1.0)],
            Log => [.. shares.Select(f => 1 / Math.Log(LogConstant + f))],
            Enet => [.. shares.Select(f => 1 / Math.Log(EnetConstant + f))],
            Root => [.. shares.Select(f => f > 0 ? 1 / Math.Sqrt(f) : 0)],
            Median => [.. shown.Select(f => f > 0 ? median / f : 0)],
            _ => throw new UserError($"no class weights '{kind}': choose {None}, {Log}, {Enet}, {Root} or {Median}"),
        };
        double scale = kind is None or Median ? 1 : weights.Average();
        return [.. weights.Select(w => (float)(w / scale))];
    }

    private static double[] Counts(Sample sample, int classes)
    {
        double[] counts = new double[classes];
        foreach (byte label in sample.Labels.AsSpan<byte>())
        {
            if (label < classes) counts[label]++;
        }

        return counts;
    }
}
