using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.ExportSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>export</c>.</summary>
internal sealed record ExportSettings
{
    /// <summary>Whether an existing model may be replaced.</summary>
    public bool Overwrite { get; init; }

    public KernelStorage Kernels { get; init; }

    /// <summary>The checkpoint with the best score instead of the last one.</summary>
    public bool Best { get; init; }

    public bool UnpoolByScatter { get; init; }

    /// <summary>Sizes of the image, as factors, whose probabilities are averaged.</summary>
    public IReadOnlyList<float> Scales { get; init; } = [1];

    /// <summary>Runs to combine, with commas between them, or null.</summary>
    public string? Ensemble { get; init; }

    public string Combine { get; init; } = Networks.Ensemble.Mean;

    /// <summary>Random weights instead of a run's.</summary>
    public bool Random { get; init; }

    /// <summary>With random weights: the network.</summary>
    public string Net { get; init; } = "fcn8s";

    /// <summary>With random weights: what the network is built on; null for its default.</summary>
    public string? Backbone { get; init; }

    /// <summary>With random weights: the number of classes.</summary>
    public int Classes { get; init; } = 11;

    /// <summary>With random weights: their seed.</summary>
    public int Seed { get; init; } = 1;

    public ExportForm Form => new(Kernels, UnpoolByScatter, Scales);
}

/// <summary><c>export</c>: a run's network, or one with random weights, as the .onnx file that the app runs.</summary>
internal static class ExportCommand
{
    private const string Classifier = "classifier", MaxUnpool = "max", Scatter = "scatter";

    internal static IReadOnlyList<OptionRow<ExportSettings>> Rows { get; } =
    [
        Overwriting.Row<ExportSettings>(s => s with { Overwrite = true }),
        Row.Flag("--fp16", "Store kernels in 16 bits: half the size, still computed in 32 bits", s => Store(s, KernelStorage.Half)),
        Row.Flag("--int8", "Store kernels in 8 bits with a factor per output channel: a quarter of the size, still computed in 32 bits",
            s => Store(s, KernelStorage.Byte)),
        Row.Flag("--best", "Export the checkpoint with the best score instead of the last", s => s with { Best = true }),
        Row.Choice("--unpool", "DeconvNet's unpooling: max (MaxUnpool) or scatter, of operators that GPU providers have",
            [MaxUnpool, Scatter], s => s.UnpoolByScatter ? Scatter : MaxUnpool, (s, v) => s with { UnpoolByScatter = v == Scatter }),
        Row.Parsed("--scales",
            "Sizes of the image, as factors, whose scores are averaged, such as 1,1.5: more accurate, each at its own cost",
            s => string.Join(',', s.Scales), (s, text) => s with { Scales = Scales(text) }),
        Row.Value("--ensemble", "RUN_A,RUN_B: several runs as one model", s => s.Ensemble, (s, v) => s with { Ensemble = v }),
        Row.Value("--combine",
            $"With --ensemble: {Ensemble.Mean} or {Ensemble.Product} of the probabilities, or {Ensemble.Weights}: "
                + "one network with the mean of the weights, for runs that started from one another",
            s => s.Combine, (s, v) => s with { Combine = v }),
        Row.Flag("--random", "Random weights: any network, for measuring", s => s with { Random = true }),
        Row.Value("--net",
            $"With --random: {string.Join(", ", NetworkNames.Names)}, or {Classifier}: the backbone as its authors trained it, to convert",
            s => s.Net, (s, v) => s with { Net = v }),
        Row.Value("--backbone", "With --random: what the network is built on", s => s.Backbone, (s, v) => s with { Backbone = v }),
        Row.Value("--classes", "With --random: number of classes", s => s.Classes, (s, v) => s with { Classes = v }),
        Row.Value("--seed", "With --random: seed of the weights", s => s.Seed, (s, v) => s with { Seed = v }),
    ];

    public static Command Create()
    {
        Argument<string[]> paths = new("paths")
        {
            Description = "RUN MODEL.onnx, or MODEL.onnx with --ensemble or --random",
            Arity = new ArgumentArity(1, 2),
        };
        OptionTable<ExportSettings> options = new(new ExportSettings(), Rows);
        Command c = new("export", "Write a network as an .onnx file.") { paths };
        options.AddTo(c);
        c.SetAction(p =>
        {
            NamedOptions named = NamedOptions.Of(p);
            named.Need("--random", "--net", "--backbone", "--classes", "--seed");
            named.Need("--ensemble", "--combine");
            named.Exclude("--random", "--ensemble", "--best");
            Run(p.GetValue(paths)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Run(string[] paths, ExportSettings s)
    {
        bool isPlain = s.Form is { Kernels: KernelStorage.Float, UnpoolByScatter: false, Scales: null or [1f] };
        if (s is { Random: true, Net: Classifier } && !isPlain)
            throw new UserError($"--net {Classifier} is written as its authors have it: leave the form out");
        bool fromOneRun = !s.Random && s.Ensemble is null;
        if (paths.Length != (fromOneRun ? 2 : 1))
            throw new UserError("export takes RUN MODEL.onnx, or --ensemble RUN_A,RUN_B MODEL.onnx, or --random MODEL.onnx");
        string target = paths[^1];
        string[] runs = s.Random ? [] : s.Ensemble is { } members ? [.. Parse.List(members)] : [paths[0]];
        OutputName.Check([target], runs.SelectMany(Checkpoint.Files), s.Overwrite);
        OutputName.CheckKind(target, "", ".onnx");
        ModelManifest m = s switch
        {
            { Ensemble: not null } => RunExport.FromRuns(runs, s.Combine, target, s.Form, s.Best, Console.Error.WriteLine),
            { Random: true, Net: Classifier } => Exporter.RandomClassifier(s.Backbone, s.Seed, target),
            { Random: true } => Random(s, target),
            _ => RunExport.FromRun(paths[0], target, s.Form, s.Best),
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{target}: {m.Network}, {m.Parameters:N0} parameters, {m.Classes.Count} classes, {new FileInfo(target).Length / 1e6:F1} MB"));
    }

    private static ModelManifest Random(ExportSettings s, string target)
    {
        INetwork network = NetworkNames.Parse(s.Net, s.Backbone, s.Classes);
        return Exporter.Random(network, $"{s.Net}-{s.Backbone ?? NetworkNames.DefaultBackbone(s.Net)}", s.Seed, target, s.Form);
    }

    private static ExportSettings Store(ExportSettings s, KernelStorage kernels) => s.Kernels == KernelStorage.Float
        ? s with { Kernels = kernels }
        : throw new UserError("--fp16 and --int8 exclude each other: choose one");

    private static float[] Scales(string text)
    {
        static float Number(string word)
            => float.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out float value) ? value : float.NaN;
        float[] scales = [.. text.Split(',').Select(Number)];
        return Array.TrueForAll(scales, s => s is >= 0.25f and <= 4)
            ? scales
            : throw new UserError($"--scales {text}: give factors from 0.25 to 4 with commas, such as 1,1.5");
    }
}
