namespace RealtimeSeg.Training.Data;

/// <summary>How frequent classes are, and the weights of the loss that follow from it.</summary>
public static class ClassWeights
{
    public const string None = "none", Enet = "enet", Root = "root", Median = "median";

    /// <summary>ENet's constant c, which limits the weight of rare classes.</summary>
    private const double EnetConstant = 1.10;

    /// <summary>Share of all labelled pixels, by class.</summary>
    public static IReadOnlyList<double> Frequencies(IDataset set)
    {
        double[] counts = new double[set.ClassNames.Count];
        for (int i = 0; i < set.Count; i++) Count(set.Load(i), counts);
        double total = Math.Max(1, counts.Sum());
        return [.. counts.Select(c => c / total)];
    }

    /// <summary>The weights for a data set, whose images are read only if the kind needs them.</summary>
    public static IReadOnlyList<float> Of(string kind, MixedDataset data)
        => kind == None ? [.. data.ClassNames.Select(_ => 1f)] : Of(kind, data.Frequencies);

    /// <summary>
    /// One weight per class, which makes up the share f of all pixels. <c>enet</c>: 1 / ln(1.10 + f) (Paszke et al. 2016,
    /// section 5.2), scaled to mean 1. <c>root</c>: 1 / √f, between the other two, scaled to mean 1. <c>median</c>: median share / f
    /// (Eigen and Fergus 2015, section 4.3). In the last two an absent class gets 0.
    /// </summary>
    /// <exception cref="UserError">No such weighting.</exception>
    public static IReadOnlyList<float> Of(string kind, IReadOnlyList<double> frequencies)
    {
        double median = frequencies.Where(f => f > 0).Order().ElementAtOrDefault(frequencies.Count(f => f > 0) / 2);
        double[] weights = kind switch
        {
            None => [.. frequencies.Select(_ => 1.0)],
            Enet => [.. frequencies.Select(f => 1 / Math.Log(EnetConstant + f))],
            Root => [.. frequencies.Select(f => f > 0 ? 1 / Math.Sqrt(f) : 0)],
            Median => [.. frequencies.Select(f => f > 0 ? median / f : 0)],
            _ => throw new UserError($"no class weights '{kind}': choose {None}, {Enet}, {Root} or {Median}"),
        };
        double scale = kind is Enet or Root ? weights.Average() : 1;
        return [.. weights.Select(w => (float)(w / scale))];
    }

    private static void Count(Sample sample, double[] counts)
    {
        foreach (byte label in sample.Labels.AsSpan<byte>())
        {
            if (label < counts.Length) counts[label]++;
        }
    }
}
