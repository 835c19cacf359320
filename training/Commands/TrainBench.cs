using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Commands;

/// <summary>Times the training step on a fixed random batch and fed by the loader, and says which operators the time goes to.</summary>
internal static class TrainBench
{
    private const int WarmUp = 3, Steps = 15, ProfiledSteps = 3, ShownOperators = 12;

    /// <param name="net">The network.</param>
    /// <param name="batch">Size of a batch.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="optimizer">Emits the updates.</param>
    /// <param name="open">Opens the loader whose batches are timed too; null for the fixed batch alone.</param>
    /// <param name="json">Where to write the figures; null for nowhere.</param>
    public static void Run(INetwork net, BatchShape batch, Objective objective, Optimizer optimizer, Func<BatchLoader>? open, string? json)
    {
        StepGraph graph = StepGraph.Build(net, batch, objective, [.. Enumerable.Repeat(1f, net.Classes)], optimizer);
        double[] ms, fed = [];
        double peak;
        using (TrainStep step = Prepared(graph, net.Classes, profile: null))
        {
            ms = Times(i => step.Run(StepNumbers.At(1e-3, i)));
            using Process self = Process.GetCurrentProcess();
            peak = self.PeakWorkingSet64 / 1e6; // the step's own, before a loader keeps its pictures
            using BatchLoader? loader = open?.Invoke();
            if (loader is not null)
            {
                fed = Times(i =>
                {
                    loader.Next(step.Frame, step.Labels);
                    step.Run(StepNumbers.At(1e-3, i));
                });
            }
        }

        double p50 = ms[Steps / 2], p90 = ms[(int)Math.Ceiling(Steps * 0.9) - 1], speed = batch.N / p50 * 1000;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"training step p50 {p50:F0} ms, p90 {p90:F0} ms, {speed:F1} images/s, {graph.ParameterCount:N0} parameters, peak {peak:F0} MB"));
        if (fed.Length > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"fed by the loader p50 {fed[Steps / 2]:F0} ms: {fed[Steps / 2] / p50:F2} × the step on a fixed batch"));

        Dictionary<string, double> shares = OperatorShares(graph, net.Classes);
        foreach ((string op, double share) in shares.OrderByDescending(s => s.Value).Take(ShownOperators))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {op,-20} {share,6:P1}"));
        AtomicFile.WriteJson(json, new { step_ms = new { p50_ms = p50, p90_ms = p90 }, fed_p50_ms = fed.Length > 0 ? fed[Steps / 2] : (double?)null, images_per_s = speed, parameters = graph.ParameterCount, peak_rss_mb = peak, operator_share = shares });
    }

    /// <summary>Milliseconds of each step after the warm-up, in order of size.</summary>
    private static double[] Times(Action<int> step)
    {
        double[] ms = new double[Steps];
        for (int i = -WarmUp; i < Steps; i++)
        {
            long start = Stopwatch.GetTimestamp();
            step(i + WarmUp);
            if (i >= 0) ms[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(ms);
        return ms;
    }

    private static TrainStep Prepared(StepGraph graph, int classes, string? profile)
    {
        TrainStep step = new(graph, seed: 1, profile);
        Random random = new(1);
        random.NextBytes(step.Frame);
        foreach (ref byte label in step.Labels) label = (byte)random.Next(classes);
        return step;
    }

    /// <summary>Each operator type's share of the time in kernels, from ONNX Runtime's profile of a few more steps.</summary>
    private static Dictionary<string, double> OperatorShares(StepGraph graph, int classes)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rtseg-profile-");
        try
        {
            using TrainStep step = Prepared(graph, classes, Path.Combine(folder.FullName, "step"));
            for (int i = 0; i < ProfiledSteps; i++) step.Run(StepNumbers.At(1e-3, i));
            using JsonDocument profile = JsonDocument.Parse(File.ReadAllBytes(step.EndProfiling()));
            (string Op, double Time)[] kernels = [.. profile.RootElement.EnumerateArray()
                .Where(e => e.TryGetProperty("name", out JsonElement name) && name.GetString()!.EndsWith("_kernel_time", StringComparison.Ordinal))
                .GroupBy(e => e.GetProperty("name").GetString()!, StringComparer.Ordinal)
                .SelectMany(node => node.Skip(1)) // the first step also waits for memory that nobody touched before
                .Select(e => (e.GetProperty("args").GetProperty("op_name").GetString()!, e.GetProperty("dur").GetDouble()))];
            double total = kernels.Sum(k => k.Time);
            return kernels.GroupBy(k => k.Op, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(k => k.Time) / total, StringComparer.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
