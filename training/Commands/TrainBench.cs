using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Runs;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Commands;

/// <summary>
/// <c>train --bench</c>: times the training step on a fixed random batch and on the loader's batches, and reports each operator's
/// share.
/// </summary>
internal static class TrainBench
{
    private const int WarmUp = 3, Steps = 15, ProfiledSteps = 3, ShownOperators = 12;
    private const double Rate = 1e-3;

    /// <param name="settings">Network, batch, loss and optimiser.</param>
    /// <param name="dataIsNamed">
    /// Time the loader on <c>--data</c> too. The toy street, its default, is drawn while it is read: that tells nothing about images
    /// in files.
    /// </param>
    public static void Run(TrainSettings settings, bool dataIsNamed)
    {
        OutputName.Check([settings.Json], [], settings.Overwrite);
        OutputName.CheckKind(settings.Json, "--json", ".json");
        RunConfig run = settings.Run;
        string? backbone = run.Backbone.Length > 0 ? run.Backbone : null;
        INetwork net = NetworkNames.Parse(run.Net, backbone, settings.Classes, run.Upsampling, run.Body);
        float[] classWeights = [.. Enumerable.Repeat(1f, net.Classes)];
        StepGraph graph = StepGraph.Build(net, run.Batch, run.Objective.Checked(), classWeights, run.ToOptimizer());
        Timing timing = Measure(graph, net.Classes, dataIsNamed ? () => Loader(run) : null);
        Dictionary<string, double> shares = OperatorShares(graph, net.Classes);
        Print(graph, timing, shares);
        AtomicFile.WriteJson(settings.Json, new
        {
            step_ms = new { p50_ms = timing.Median, p90_ms = timing.P90 },
            fed_p50_ms = timing.FedMedian,
            images_per_s = timing.ImagesPerSecond(graph),
            parameters = graph.ParameterCount,
            peak_rss_mb = timing.PeakMegabytes,
            operator_share = shares,
        });
    }

    private static BatchLoader Loader(RunConfig run)
        => new(MixedDataset.Parse(run.Data, new Split(Training: true)), run.Batch, seed: 1, firstStep: 0, run.ToSampling());

    private static Timing Measure(StepGraph graph, int classes, Func<BatchLoader>? open)
    {
        using TrainStep step = Prepared(graph, classes, profile: null);
        double[] ms = Times(i => step.Run(StepNumbers.At(Rate, i)));
        using Process self = Process.GetCurrentProcess();
        double peak = self.PeakWorkingSet64 / 1e6; // the step's own, before a loader keeps its images
        using BatchLoader? loader = open?.Invoke();
        if (loader is null) return new Timing(ms, null, peak);
        double[] fed = Times(i =>
        {
            loader.Next(step.Frame, step.Labels);
            step.Run(StepNumbers.At(Rate, i));
        });
        return new Timing(ms, fed, peak);
    }

    private static void Print(StepGraph graph, Timing timing, Dictionary<string, double> shares)
    {
        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
        Line($"training step p50 {timing.Median:F0} ms, p90 {timing.P90:F0} ms, {timing.ImagesPerSecond(graph):F1} images/s");
        Line($"{graph.ParameterCount:N0} parameters, peak {timing.PeakMegabytes:F0} MB");
        if (timing.FedMedian is { } fed) Line($"fed by the loader p50 {fed:F0} ms: {fed / timing.Median:F2} × the step on a fixed batch");
        foreach ((string op, double share) in shares.OrderByDescending(s => s.Value).Take(ShownOperators)) Line($"  {op,-20} {share,6:P1}");
    }

    /// <summary>Milliseconds of each step after the warm-up, sorted.</summary>
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

    /// <summary>The step with a random batch.</summary>
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
            for (int i = 0; i < ProfiledSteps; i++) step.Run(StepNumbers.At(Rate, i));
            return Shares(File.ReadAllBytes(step.EndProfiling()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, double> Shares(byte[] profile)
    {
        static string Name(JsonElement e) => e.TryGetProperty("name", out JsonElement name) ? name.GetString()! : "";
        using JsonDocument events = JsonDocument.Parse(profile);
        (string Op, double Time)[] kernels =
        [
            .. events.RootElement.EnumerateArray()
                .Where(e => Name(e).EndsWith("_kernel_time", StringComparison.Ordinal))
                .GroupBy(Name, StringComparer.Ordinal)
                .SelectMany(node => node.Skip(1)) // the first step also waits for fresh memory
                .Select(e => (e.GetProperty("args").GetProperty("op_name").GetString()!, e.GetProperty("dur").GetDouble())),
        ];
        double total = kernels.Sum(k => k.Time);
        return kernels.GroupBy(k => k.Op, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Sum(k => k.Time) / total, StringComparer.Ordinal);
    }

    /// <summary>Sorted milliseconds of steps on the fixed batch and, if it was timed, on the loader's batches; peak memory.</summary>
    private sealed record Timing(double[] Ms, double[]? FedMs, double PeakMegabytes)
    {
        public double Median => Ms[Steps / 2];

        public double P90 => Ms[(int)Math.Ceiling(Steps * 0.9) - 1];

        public double? FedMedian => FedMs?[Steps / 2];

        public double ImagesPerSecond(StepGraph graph) => graph.Batch.N / Median * 1000;
    }
}
