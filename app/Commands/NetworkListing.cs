using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Commands;

/// <summary><c>doctor --model FILE --provider gl</c>: a network as passes of compute shaders, and what each of them costs.</summary>
internal static class NetworkListing
{
    private const int Runs = 5;

    private static readonly string[] Head = ["kernel", "from", "to", "with", "MFLOP", "KB", "ms"];

    /// <param name="path">The model.</param>
    /// <param name="options">How it is read and run, by the gl provider.</param>
    /// <exception cref="UserError">It cannot be run so.</exception>
    public static void Print(string path, SegmenterOptions options)
    {
        using Segmenter model = Segmenter.Load(path, options, Console.WriteLine);
        (int width, int height) = model.Manifest.Size;
        NetworkPlan plan = model.Shaders!.Plan(new Size(width, height));
        using EglContext context = new();
        using GlNetwork network = new(context.Gl, half: options.GlHalf, tiles: model.Shaders.TilesFor(Driver.Of(context.Gl)));
        network.Prepare(plan);
        double[] times = network.Measure(Runs);
        new FigureTable(Head, [.. plan.Steps.Select((s, i) => Row(s, times[i], network.Bits))], Note(plan, network, times.Sum())).Print();
    }

    private static string[] Row(Step s, double milliseconds, int bits) =>
    [
        s.Kernel, string.Join(", ", s.Inputs.Select(i => i.Shape.ToString())), s.Output.Shape.ToString(),
        s.After.Count == 0 ? "" : Text(s.After.Count), s.Flops == 0 ? "" : Text(s.Flops / 1e6, "F1"),
        Text(Kilobytes(s.Output.Shape.Texels, bits)), Text(milliseconds, "F2"),
    ];

    private static string Note(NetworkPlan plan, GlNetwork network, double milliseconds)
    {
        string Megabytes(long texels) => Text(Kilobytes(texels, network.Bits) / 1000, "F1");
        double flops = plan.Steps.Sum(s => s.Flops);
        return $"with: operators on single elements that the pass computes, too; ms: median of {Runs}, each pass awaited\n"
            + "so that their sum is more than a frame takes, which 'bench --roofline' measures\n"
            + $"{plan.Steps.Count} passes in {network.Programs} programs, {Text(flops / 1e9, "F2")} GFLOP, "
            + $"{Text(milliseconds, "F1")} ms ({Text(flops / milliseconds / 1e6, "F1")} GFLOP/s)\n"
            + $"weights {Megabytes(network.WeightTexels)} MB, maps {Megabytes(plan.Memory.Texels)} MB, "
            + $"of which {Megabytes(plan.Memory.MostAtOnce)} MB are needed at once; "
            + $"numbers have {network.Bits} bits";
    }

    private static double Kilobytes(long texels, int bits) => texels * MapShape.BlockSize * bits / 8000.0;

    private static string Text(double value, string format = "F0") => value.ToString(format, CultureInfo.InvariantCulture);
}
