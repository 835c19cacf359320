namespace RealtimeSeg.Training.Data;

/// <summary>Weights of the loss by class.</summary>
public static class ClassWeights
{
    private const double Softness = 1.10;

    /// <summary>1 / ln(1.10 + f) for a class that makes up the share f of all pixels (ENet, section 5.2), scaled to mean 1.</summary>
    public static IReadOnlyList<float> Of(MixedDataset data)
    {
        int classes = data.ClassNames.Count;
        double[] counts = new double[classes];
        // The first set alone: it is the one the weights are for, and others would have to be drawn whole.
        foreach (IDataset set in data.Parts.Take(1))
        {
            for (int i = 0; i < set.Count; i++) Count(set.Load(i), counts);
        }

        double total = counts.Sum();
        double[] weights = [.. counts.Select(c => 1 / Math.Log(Softness + (c / total)))];
        return [.. weights.Select(w => (float)(w / weights.Average()))];
    }

    private static unsafe void Count(Sample sample, double[] counts)
    {
        foreach (byte label in new ReadOnlySpan<byte>(sample.Labels.DataPointer, (int)sample.Labels.Total()))
        {
            if (label < counts.Length) counts[label]++;
        }
    }
}
