using System.Diagnostics;
using System.Globalization;
using RealtimeSeg.Training.Commands;
using RealtimeSeg.Training.Models;
using RealtimeSeg.Training.Optim;

namespace RealtimeSeg.Training.Run;

/// <summary>Times the training step on a fixed random batch.</summary>
internal static class TrainBench
{
    private const int WarmUp = 3, Steps = 15;

    public static void Run(INetwork net, BatchShape batch, Optimizer optimizer, string? json)
    {
        StepGraph graph = StepGraph.Build(net, batch, [.. Enumerable.Repeat(1f, net.Classes)], optimizer);
        string? profile = Environment.GetEnvironmentVariable("RTSEG_PROFILE");
        using TrainStep step = new(graph, seed: 1, profile);
        Random random = new(1);
        random.NextBytes(step.Frame);
        foreach (ref byte label in step.Labels) label = (byte)random.Next(net.Classes);
        double[] ms = new double[Steps];
        for (int i = -WarmUp; i < Steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            step.Run(StepNumbers.At(1e-3, i + WarmUp));
            if (i >= 0) ms[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        if (profile is not null) Console.WriteLine(step.EndProfiling());
        Array.Sort(ms);
        double p50 = ms[Steps / 2], p90 = ms[(int)Math.Ceiling(Steps * 0.9) - 1], speed = batch.N / p50 * 1000;
        using Process self = Process.GetCurrentProcess();
        double peak = self.PeakWorkingSet64 / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"training step p50 {p50:F0} ms, p90 {p90:F0} ms, {speed:F1} images/s, {graph.ParameterCount:N0} parameters, peak {peak:F0} MB"));
        JsonOutput.Write(json, new { step_ms = new { p50_ms = p50, p90_ms = p90 }, images_per_s = speed, parameters = graph.ParameterCount, peak_rss_mb = peak });
    }
}
