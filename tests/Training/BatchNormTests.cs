using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Batch norm's statistics in the layers that train.</summary>
public sealed class BatchNormTests
{
    private const int Count = 2 * 8 * 8;

    /// <summary>Float's 24 bits leave nothing of a variance of 0.01 in squares of 1,000, if these are subtracted as they are.</summary>
    [Theory]
    [InlineData(1000)]
    [InlineData(0)]
    public void A_small_variance_about_a_large_mean_is_exact(float mean)
    {
        const float Deviation = 0.1f;
        float[] x = [.. Ort.Spread(Count, 7).Select(v => mean + (Deviation * v))];
        double average = x.Average(v => (double)v), variance = x.Average(v => (v - average) * (v - average));
        (float[] y, float[] newMean, float[] newVariance) = Train(x, mean);
        for (int i = 0; i < x.Length; i++) Assert.Equal((x[i] - average) / Math.Sqrt(variance + 1e-5), y[i], 2e-3);
        Assert.Equal((0.9 * mean) + (0.1 * average), newMean[0], 1e-3);
        Assert.Equal((0.9 * 1) + (0.1 * variance * Count / (Count - 1)), newVariance[0], 1e-5);
    }

    /// <summary>One channel through a convolution that passes it on.</summary>
    private static (float[] Y, float[] Mean, float[] Variance) Train(float[] x, float runningMean)
    {
        GraphBuilder g = new();
        TrainableLayers layers = new(g, batchStatistics: true);
        Value input = g.Input("x", ElementType.Float, new Shape(2, 1, 8, 8)), y = layers.ConvBn("layer", input, 1, 1, 1);
        Dictionary<string, Array> values = new(StringComparer.Ordinal)
        {
            ["x"] = x,
            ["layer.weight"] = new[] { 1f },
            ["layer.gamma"] = new[] { 1f },
            ["layer.beta"] = new[] { 0f },
            ["layer.mean"] = new[] { runningMean },
            ["layer.variance"] = new[] { 1f },
        };
        Value[] updates = [.. layers.StatisticUpdates.OrderBy(u => u.Key, StringComparer.Ordinal).Select(u => u.Value)]; // mean, variance
        float[][] results = Ort.Run(g, [y, .. updates], values);
        return (results[0], results[1], results[2]);
    }
}
