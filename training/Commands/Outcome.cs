namespace RealtimeSeg.Training.Commands;

/// <summary>A network's results over its seeds.</summary>
/// <param name="Results">None before the first; its figures need one.</param>
internal sealed record Outcome(IReadOnlyList<Result> Results)
{
    public string Name => Results[0].Name;

    /// <summary>A figure's mean over the seeds.</summary>
    public double Mean(Func<Result, double> figure) => Results.Average(figure);

    /// <summary>A figure's standard deviation over the seeds; NaN for a single one.</summary>
    public double Deviation(Func<Result, double> figure) => Deviation([.. Results.Select(figure)]);

    /// <summary>Of a sample, with n − 1; NaN for a single value.</summary>
    public static double Deviation(IReadOnlyList<double> values)
    {
        double mean = values.Average();
        return values.Count < 2 ? double.NaN : Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1));
    }
}
