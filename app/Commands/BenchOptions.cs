using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Commands.BenchOptions>;

namespace RealtimeSeg.Commands;

/// <summary>The options that only <c>bench</c> has.</summary>
internal sealed record BenchOptions
{
    /// <summary>Axes of a sweep, such as threads=1,2; null for none.</summary>
    public string[]? Sweep { get; init; }

    /// <summary>JSON of an earlier bench.</summary>
    public string? Compare { get; init; }

    /// <summary>All models and sizes.</summary>
    public bool Suite { get; init; }

    /// <summary>Compute shaders against what the device can do.</summary>
    public bool Roofline { get; init; }

    /// <summary>Tiles of compute shaders against one another.</summary>
    public bool RaceTiles { get; init; }

    /// <summary>PyTorch beside it.</summary>
    public bool Torch { get; init; }

    /// <summary>What the figures mean, instead of a bench.</summary>
    public bool Explain { get; init; }

    public string? Plot { get; init; }
    public string? Csv { get; init; }
    public string? Markdown { get; init; }

    /// <summary>In the order of <c>--help</c>.</summary>
    public static IReadOnlyList<OptionRow<BenchOptions>> Rows { get; } =
    [
        Row.Value("--sweep", $"Several configurations side by side: {Commands.Sweep.Help}; more than once for their product",
            s => s.Sweep, (s, v) => s with { Sweep = v }),
        Row.Parsed("--compare", "The JSON of an earlier bench, to compare with", s => s.Compare, (s, v) => s with { Compare = v }),
        Row.Flag("--suite", "All bundled models, or the one or the folder of --model, at 240p to 720p on one and two threads, "
                + "alone and in the pipeline",
            s => s with { Suite = true }),
        Row.Flag("--roofline", "How much of what the device can multiply and add the model reaches in compute shaders, by kind of kernel",
            s => s with { Roofline = true }),
        Row.Flag("--race-tiles", "Measure how many results at once the model's compute shaders had best work on, and keep what is fastest "
                + "on this card",
            s => s with { RaceTiles = true }),
        Row.Flag("--torch", "Time PyTorch on this machine, too, with a plain network (python3-torch)", s => s with { Torch = true }),
        Row.Flag("--explain", "Tell what the figures mean, and measure nothing", s => s with { Explain = true }),
        Row.Parsed("--plot", "FILE.png or .svg: distribution of the latency and its share per stage; of a suite, time by size",
            s => s.Plot, (s, v) => s with { Plot = v }),
        Row.Parsed("--csv", "FILE.csv: a row per configuration", s => s.Csv, (s, v) => s with { Csv = v }),
        Row.Parsed("--markdown", "FILE.md: the same as a table for a README", s => s.Markdown, (s, v) => s with { Markdown = v }),
    ];

    /// <exception cref="UserError">A file's name ends like another kind of file.</exception>
    public void CheckKinds()
    {
        OutputName.CheckKind(Csv, "--csv", ".csv");
        OutputName.CheckKind(Markdown, "--markdown", ".md");
        OutputName.CheckKind(Plot, "--plot", PlotFile.Extensions);
    }

    /// <summary>Checks them against those that all modes share.</summary>
    /// <exception cref="UserError">Options that do not go together.</exception>
    public void Check(PipelineSettings s)
    {
        string? output = s.Outputs.FirstOrDefault(o => SinkKinds.Of(o)?.IsFile(o) == true)
            ?? s.Masks ?? s.Stats ?? s.Results.Target ?? s.HttpAddress;
        string? other = Sweep is { Length: > 0 } ? "--sweep" : Compare is not null ? "--compare" : output;
        if (Suite && other is not null) throw new UserError($"--suite and {other}: leave out one of them");
        string? beside = Suite ? "--suite" : Torch ? "--torch" : Plot is not null ? "--plot" : s.Json is not null ? "--json" : other;
        if ((Roofline || RaceTiles) && s.Segmenter.Provider is not (ExecutionProviders.Auto or ExecutionProviders.Gl))
        {
            string what = Roofline ? "--roofline" : "--race-tiles";
            throw new UserError($"{what} measures --provider gl: leave out --provider {s.Segmenter.Provider}");
        }

        if (Roofline && beside is not null) throw new UserError($"--roofline and {beside}: leave out one of them");
        string? also = Roofline ? "--roofline" : beside;
        if (RaceTiles && also is not null) throw new UserError($"--race-tiles and {also}: leave out one of them");
    }
}
