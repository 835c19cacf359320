using System.CommandLine;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.EvalSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>eval</c>.</summary>
internal sealed record EvalSettings
{
    public string Data { get; init; } = MixedDataset.Synth;

    public string Split { get; init; } = "val";

    public string? Map { get; init; }

    /// <summary>The images are the frames of one video.</summary>
    public bool Video { get; init; }

    /// <summary>Strength of the smoothing of a video's labels.</summary>
    public float Smooth { get; init; } = 0.5f;

    /// <summary>File for the figures, or null.</summary>
    public string? Json { get; init; }

    /// <summary>Folder for a page, or null.</summary>
    public string? Report { get; init; }

    /// <summary>Write the scores into the model's manifest.</summary>
    public bool Record { get; init; }

    /// <summary>Object proposals per image that the network sees besides the whole; 0 for none.</summary>
    public int Proposals { get; init; }

    public string Aggregate { get; init; } = ProposalFusion.Max;

    /// <summary>What runs the network: one of <see cref="EvalCommand.Providers"/>.</summary>
    public string Provider { get; init; } = EvalCommand.Cpu;

    public bool Overwrite { get; init; }
}

/// <summary><c>eval</c>: the FCN paper's four metrics of an exported file, and more.</summary>
internal static class EvalCommand
{
    public const string Cpu = "cpu", Gl = "gl";

    /// <summary>Values of <c>--provider</c>.</summary>
    public static IReadOnlyList<(string Word, string Value)> Providers { get; } = [(Cpu, Cpu), (Gl, Gl)];

    internal static IReadOnlyList<OptionRow<EvalSettings>> Rows { get; } =
    [
        Row.Value("--data", "Folder in CamVid's, PASCAL VOC's or the images/ + masks/ layout, or 'synth'",
            s => s.Data, (s, v) => s with { Data = v }),
        Row.Value("--split", "train, val, trainval or leave-out:DRIVE", s => s.Split, (s, v) => s with { Split = v }),
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
        Row.Flag("--video", "The images are frames of one video, in order: smooth the labels over time and measure flicker",
            s => s with { Video = true }),
        Row.Value("--smooth", "With --video: strength of the smoothing, 0 to 1, as in the app",
            s => s.Smooth, (s, v) => s with { Smooth = v }, Limits.Between(0f, 1)),
        Row.Value("--json", "File for the figures", s => s.Json, (s, v) => s with { Json = v }),
        Row.Value("--report", "Folder for a page: the worst images, the confusion matrix, plots",
            s => s.Report, (s, v) => s with { Report = v }),
        Row.Flag("--record", "Write the scores into the model's own manifest", s => s with { Record = true }),
        Row.Value("--proposals", "Fuse the probabilities of the whole image with those of so many object proposals, as DeconvNet's paper",
            s => s.Proposals, (s, v) => s with { Proposals = v }, Limits.AtLeast(0)),
        Row.Value("--aggregate", "With --proposals: max or mean", s => s.Aggregate, (s, v) => s with { Aggregate = v }),
        Row.Word("--provider", "What runs the network: cpu, or gl (compute shaders, as in the app)",
            Providers, s => s.Provider, (s, v) => s with { Provider = v }),
        Overwriting.Row<EvalSettings>(s => s with { Overwrite = true }),
    ];

    public static Command Create()
    {
        Argument<string> model = new("model") { Description = "Exported .onnx file" };
        OptionTable<EvalSettings> options = new(new EvalSettings(), Rows);
        Command c = new("eval", "Evaluate an exported model on labelled images.") { model };
        options.AddTo(c);
        c.SetAction(p =>
        {
            NamedOptions.Of(p).Need("--video", "--smooth");
            Run(p.GetValue(model)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Run(string model, EvalSettings s)
    {
        if (Directory.Exists(model)) throw new UserError($"{model} is a folder: './run.sh export {model} MODEL.onnx' makes a model of it");
        if (!File.Exists(model)) throw new UserError($"no file {model}: name an exported .onnx file");
        if (s.Video && (s.Report is not null || s.Record))
            throw new UserError("--report and --record are for single images: leave --video out");
        if (s.Proposals > 0 && s.Provider == Gl)
            throw new UserError("--proposals needs probabilities, which --provider gl does not give: use --provider cpu");
        if (s.Proposals > 0 && (s.Video || s.Record))
            throw new UserError("--proposals is not what the app shows: leave --video and --record out");
        if (s.Proposals == 0 && s.Aggregate != ProposalFusion.Max) throw new UserError("--aggregate is for --proposals: add it");
        ProposalFusion? fusion = s.Proposals > 0 ? new ProposalFusion(s.Proposals, s.Aggregate).Checked() : null;
        OutputName.Check([s.Json, .. s.Report is { } folder ? EvalPage.Files(folder) : []], [model], s.Overwrite);
        OutputName.CheckKind(s.Json, "--json", ".json");
        MixedDataset sets = MixedDataset.Parse(s.Data, Split.Parse(s.Split), s.Map);
        if (s.Video && sets.Parts.Count > 1) throw new UserError($"--video takes the frames of one video, {s.Data} is several sets");
        using Evaluator evaluator = new(File.ReadAllBytes(model), model, fusion, inShaders: s.Provider == Gl);
        if (s.Video) OnVideo(evaluator, sets.Parts[0], s);
        else OnImages(model, evaluator, sets, s);
    }

    private static void OnVideo(Evaluator evaluator, IDataset frames, EvalSettings s)
    {
        VideoScore score = evaluator.EvaluateVideo(frames, s.Smooth);
        ScorePrinter.Print(evaluator.Manifest, score);
        AtomicFile.WriteJson(s.Json, ScoreFigures.Of(evaluator.Manifest, score));
    }

    private static void OnImages(string model, Evaluator evaluator, MixedDataset sets, EvalSettings s)
    {
        using WorstImages? worst = s.Report is null ? null : new WorstImages(evaluator.Manifest.Classes);
        using Scoreboard board = Scoreboard.Of(evaluator, sets.Parts, worst is null ? null : worst.Add);
        ScorePrinter.Print(board);
        AtomicFile.WriteJson(s.Json, ScoreFigures.Of(board));
        if (worst is not null)
        {
            EvalPage.Write(s.Report!, $"{Path.GetFileName(model)} on {s.Data}, {s.Split}", board, worst);
            Console.WriteLine($"wrote {Path.Combine(s.Report!, "index.html")}");
        }

        string names = string.Join('+', sets.Parts.Select(p => p.Name));
        if (s.Record) ScoreRecord.Write(model, $"{names} {s.Split}", ScorePrinter.InWords(board));
    }
}
