using System.Diagnostics;
using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Commands;

/// <summary>
/// <c>bench --roofline</c>: how much of what the device can multiply and add a network in compute shaders reaches, as a whole and by
/// kind of kernel.
/// </summary>
internal static class Roofline
{
    /// <summary>Network and ceiling in turn, so that a machine whose speed changes does not decide; the best of each counts.</summary>
    private const int Pairs = 30;

    private const int Runs = 5;
    private static readonly string[] Head = ["kernel", "passes", "MFLOP", "ms", "GFLOP/s", "of the ceiling"];

    /// <summary>Measures and makes the table.</summary>
    /// <exception cref="UserError">It cannot be run so.</exception>
    public static FigureTable Measure(PipelineSettings s)
    {
        using Segmenter model = Read(s);
        (int width, int height) = model.Manifest.Size;
        using EglContext context = new();
        using Ceiling ceiling = new(context.Gl);
        using ProgramCache programs = new(context.Gl);
        Driver driver = Driver.Of(context.Gl);
        using GlNetwork network = new(context.Gl, programs, s.Segmenter.GlHalf, model.Shaders!.TilesFor(driver));
        NetworkPlan plan = model.Shaders.Plan(new Size(width, height));
        NetworkPlan Smaller() => model.Shaders.Plan(new Size(width / 2, height / 2));
        string switches = Switches(context, programs, network, plan, Smaller);
        double[] each = network.Measure(Runs);
        double most = 0, fastest = double.MaxValue;
        for (int i = 0; i < Pairs; i++)
        {
            most = Math.Max(most, ceiling.Measure());
            context.Gl.Finish();
            long began = Stopwatch.GetTimestamp();
            network.Run(frame: 0);
            context.Gl.Finish();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        IEnumerable<string[]> kinds = plan.Steps.Zip(each).GroupBy(p => p.First.Kernel, StringComparer.Ordinal)
            .OrderByDescending(g => g.Sum(p => p.Second))
            .Select(g => Row(g.Key, g.Count(), g.Sum(p => p.First.Flops), g.Sum(p => p.Second), most));
        string[] whole = Row("the whole network", plan.Steps.Count, plan.Steps.Sum(p => p.Flops), fastest, most);
        string what = $"{model.Name}.onnx at {width}×{height} in {network.Bits} bits on {driver.Name}";
        string note = $"{what}: the ceiling is {Text(most)} GFLOP/s, from registers\n"
            + $"whole network, as a frame runs it, and ceiling: the best of {Pairs}, in turn\n"
            + $"kernels: medians of {Runs}, each pass awaited, so that they add up to more\n{switches}";
        return new FigureTable(Head, [whole, .. kinds], note);
    }

    /// <summary>Races the tiles of convolutions: a table of all that ran. What wins is kept, but not for a driver in software.</summary>
    /// <exception cref="UserError">It cannot be run so.</exception>
    public static FigureTable Race(PipelineSettings s)
    {
        using Segmenter model = Read(s);
        (int width, int height) = model.Manifest.Size;
        using EglContext context = new();
        GlNetwork.Check(context.Gl);
        Driver driver = Driver.Of(context.Gl);
        NetworkPlan plan = model.Shaders!.Plan(new Size(width, height));
        IReadOnlyList<(KernelTiles Tiles, double[] Milliseconds)> all = TileRace.Race(
            context.Gl, driver, plan, s.Segmenter.GlHalf, Console.WriteLine, UserCache.File(TileRace.CacheFile));
        KernelTiles best = TileRace.Best(all);
        string[][] rows = [.. TileRace.Kinds.SelectMany((kind, k) => all.DistinctBy(a => a.Tiles.All[k])
            .Select(a => new[] { kind, $"{a.Tiles.All[k]}", Text(a.Milliseconds[k], "F2"), a.Tiles.All[k] == best.All[k] ? "wins" : "" }))];
        string what = $"{model.Name}.onnx at {width}×{height} on {driver.Name}: pixels × channels of an invocation, ms in all";
        string kept = driver.IsSoftware ? "a driver in software keeps its own tiles" : "what wins is used from now on";
        return new FigureTable(["kernel", "tile", "ms", ""], rows, $"{what}; {kept}");
    }

    private static Segmenter Read(PipelineSettings s)
    {
        SegmenterOptions shaders = s.Segmenter with { Provider = ExecutionProviders.Gl };
        return Segmenter.Load(PrecisionPair.Choose(s.Model, s.Precision, shaders, Console.WriteLine), shaders, Console.WriteLine);
    }

    /// <summary>How long the picture stops when a network takes over, and leaves the first one prepared for the plan.</summary>
    private static string Switches(
        EglContext context, ProgramCache programs, GlNetwork network, NetworkPlan plan, Func<NetworkPlan> smaller)
    {
        double Taken(Action prepare)
        {
            long began = Stopwatch.GetTimestamp();
            prepare();
            context.Gl.Finish();
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        double cold = Taken(() => network.Prepare(plan));
        network.Run(frame: 0); // some drivers compile when a program first runs
        using GlNetwork other = new(context.Gl, programs, network.Bits == 16);
        double model = Taken(() => other.Prepare(plan)), size = Taken(() => other.Prepare(smaller()));
        return $"to switch: {Text(model)} ms to a network whose shaders are compiled ({Text(cold)} before), {Text(size)} to another size";
    }

    private static string[] Row(string name, int passes, long flops, double milliseconds, double ceiling)
    {
        double rate = flops / milliseconds / 1e6;
        string share = flops == 0 ? "" : (rate / ceiling).ToString("P0", CultureInfo.InvariantCulture);
        return [name, Text(passes, "F0"), Text(flops / 1e6), Text(milliseconds, "F2"), flops == 0 ? "" : Text(rate), share];
    }

    private static string Text(double value, string format = "F1") => value.ToString(format, CultureInfo.InvariantCulture);
}
