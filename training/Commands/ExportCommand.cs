using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>export</c>: a run's network, or one with random weights, as the .onnx file that the app runs.</summary>
internal static class ExportCommand
{
    private const string Classifiers = "classifier";

    public static Command Create()
    {
        Argument<string[]> paths = new("paths") { Description = "RUN MODEL.onnx, or MODEL.onnx with --ensemble or --random", Arity = new ArgumentArity(1, 2) };
        Option<bool> half = new("--fp16") { Description = "Store kernels in 16 bits: half the size, computed in 32 bits all the same" };
        Option<bool> bytes = new("--int8") { Description = "Store kernels in 8 bits with a factor for each output channel: a quarter of the size, computed in 32 bits" };
        Option<bool> best = new("--best") { Description = "The checkpoint that scored best, instead of the last" };
        Option<string> unpool = new("--unpool") { Description = "DeconvNet's unpooling: max (MaxUnpool) or scatter, of operators that GPU providers have", DefaultValueFactory = _ => "max" };
        Option<string?> ensemble = new("--ensemble") { Description = "RUN_A,RUN_B: several runs as one model" };
        Option<string> combine = new("--combine") { Description = "With --ensemble: mean or product of the probabilities, or one network with the mean of the weights, for runs that started from one another", DefaultValueFactory = _ => Ensemble.Mean };
        Option<string> scales = new("--scales") { Description = "Sizes of the picture, as factors, whose scores are averaged, such as 1,1.5: more accurate, each at its own cost", DefaultValueFactory = _ => "1" };
        Option<bool> random = new("--random") { Description = "Random weights: any network, for measuring" };
        Option<string> net = new("--net") { Description = $"With --random: {string.Join(", ", NetworkNames.Names)}, or {Classifiers}: the backbone as its authors trained it, to convert", DefaultValueFactory = _ => "fcn8s" };
        Option<string?> backbone = new("--backbone") { Description = "With --random: what the network is built on" };
        Option<int> classes = new("--classes") { Description = "With --random: number of classes", DefaultValueFactory = _ => 11 };
        Option<int> seed = new("--seed") { Description = "With --random: seed of the weights", DefaultValueFactory = _ => 1 };
        Command c = new("export", "Write a network as an .onnx file.") { paths, half, bytes, best, unpool, scales, ensemble, combine, random, net, backbone, classes, seed };
        c.SetAction(p =>
        {
            string[] names = p.GetValue(paths)!;
            bool fromRandom = p.GetValue(random);
            if (p.GetValue(unpool) is not ("max" or "scatter")) throw new UserError($"--unpool {p.GetValue(unpool)}: choose max or scatter");
            if (p.GetValue(half) && p.GetValue(bytes)) throw new UserError("--fp16 and --int8 exclude each other: choose one");
            ExportForm form = new(p.GetValue(bytes) ? KernelStorage.Byte : p.GetValue(half) ? KernelStorage.Half : KernelStorage.Float, p.GetValue(unpool) == "scatter", Scales(p.GetValue(scales)!));
            string[]? runs = p.GetValue(ensemble)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            if (names.Length != (fromRandom || runs is not null ? 1 : 2)) throw new UserError("export takes RUN MODEL.onnx, or --ensemble RUN_A,RUN_B MODEL.onnx, or --random MODEL.onnx");
            ModelManifest m = runs is not null ? RunExport.FromRuns(runs, p.GetValue(combine)!, names[0], form, p.GetValue(best))
                : fromRandom && p.GetValue(net) == Classifiers ? Exporter.RandomClassifier(p.GetValue(backbone), p.GetValue(seed), names[0])
                : fromRandom
                ? Exporter.Random(NetworkNames.Parse(p.GetValue(net)!, p.GetValue(backbone), p.GetValue(classes)), $"{p.GetValue(net)}-{p.GetValue(backbone) ?? NetworkNames.DefaultBackbone(p.GetValue(net)!)}", p.GetValue(seed), names[0], form)
                : RunExport.FromRun(names[0], names[1], form, p.GetValue(best));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{names[^1]}: {m.Network}, {m.Parameters:N0} parameters, {m.Classes.Count} classes, {new FileInfo(names[^1]).Length / 1e6:F1} MB"));
            return 0;
        });
        return c;
    }

    private static float[] Scales(string text)
        => [.. text.Split(',').Select(t => float.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out float s) && s is >= 0.25f and <= 4 ? s : throw new UserError($"--scales {text}: give factors from 0.25 to 4 with commas, such as 1,1.5"))];
}
