using System.CommandLine;
using RealtimeSeg.Core.Onnx.ThirdParty;
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

    /// <summary>Class file of the data, or null.</summary>
    public string? ClassFile { get; init; }

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

    /// <summary>How third-party models are read.</summary>
    public ModelReading Reading { get; init; } = new();

    public bool Overwrite { get; init; }

    public MixedDataset Open() => MixedDataset.Parse(Data, Training.Data.Split.Parse(Split), Map, ClassFile);

    /// <summary>A model that is read as the settings say.</summary>
    public Evaluator Load(string model) => Evaluator.Load(model, Reading with
    {
        Fusion = Proposals > 0 ? new ProposalFusion(Proposals, Aggregate).Checked() : null,
        InShaders = Provider == EvalCommand.Gl,
    }, Console.WriteLine);
}

/// <summary><c>eval</c>: the FCN paper's four metrics of a model, and more; of two models side by side.</summary>
internal static class EvalCommand
{
    public const string Cpu = "cpu", Gl = "gl";

    /// <summary>Values of <c>--provider</c>.</summary>
    public static IReadOnlyList<(string Word, string Value)> Providers { get; } = [(Cpu, Cpu), (Gl, Gl)];

    internal static IReadOnlyList<OptionRow<EvalSettings>> Rows { get; } =
    [
        Row.Value("--data", DataSpec.Help, s => s.Data, (s, v) => s with { Data = v }),
        Row.Value("--split", "train, val, trainval, leave-out:DRIVE, or the share of a run with --split, such as 0.2",
            s => s.Split, (s, v) => s with { Split = v }),
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
        Row.Value("--colors", ClassFile.Help, s => s.ClassFile, (s, v) => s with { ClassFile = v }),
        Row.Flag("--video", "The images are frames of one video, in order: smooth the labels over time and measure flicker",
            s => s with { Video = true }),
        Row.Value("--smooth", "With --video: strength of the smoothing, 0 to 1, as in the app",
            s => s.Smooth, (s, v) => s with { Smooth = v }, Limits.Between(0f, 1)),
        Row.Value("--json", "File for the figures", s => s.Json, (s, v) => s with { Json = v }),
        Row.Value("--report", "Folder for a page: the worst images, the confusion matrix, plots; of two models, where they differ most",
            s => s.Report, (s, v) => s with { Report = v }),
        Row.Flag("--record", "Write the scores into the model's own manifest", s => s with { Record = true }),
        Row.Value("--proposals", "Fuse the probabilities of the whole image with those of so many object proposals, as DeconvNet's paper",
            s => s.Proposals, (s, v) => s with { Proposals = v }, Limits.AtLeast(0)),
        Row.Value("--aggregate", "With --proposals: max or mean", s => s.Aggregate, (s, v) => s with { Aggregate = v }),
        Row.Word("--provider", "What runs the network: cpu, or gl (compute shaders, as in the app)",
            Providers, s => s.Provider, (s, v) => s with { Provider = v }),
        .. ReadingOptions.Rows<EvalSettings>(s => s.Reading, (s, v) => s with { Reading = v }),
        Overwriting.Row<EvalSettings>(s => s with { Overwrite = true }),
    ];

    public static Command Create()
    {
        Argument<string[]> models = new("model")
        {
            Description = "An .onnx file, exported here or a third-party one; a second one to compare with it",
            Arity = new ArgumentArity(1, 2),
        };
        OptionTable<EvalSettings> options = new(new EvalSettings(), Rows);
        Command c = new("eval", "Evaluate a model on labelled images, or compare two.") { models };
        options.AddTo(c);
        c.SetAction(p =>
        {
            NamedOptions.Of(p).Need("--video", "--smooth");
            Run(p.GetValue(models)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Run(string[] models, EvalSettings s)
    {
        bool two = models.Length == 2;
        if (s.Video && (s.Report is not null || s.Record))
            throw new UserError("--report and --record are for single images: leave --video out");
        if (s.Proposals > 0 && s.Provider == Gl)
            throw new UserError("--proposals needs probabilities, which --provider gl does not give: use --provider cpu");
        if (s.Proposals > 0 && (s.Video || s.Record))
            throw new UserError("--proposals is not what the app shows: leave --video and --record out");
        if (s.Proposals == 0 && s.Aggregate != ProposalFusion.Max) throw new UserError("--aggregate is for --proposals: add it");
        if (two && (s.Video || s.Record)) throw new UserError("--video and --record are for one model: name it alone");
        IEnumerable<string> page = s.Report is not { } folder ? [] : two ? ComparisonPage.Files(folder) : EvalPage.Files(folder);
        OutputName.Check([s.Json, .. page], [.. models, .. models.SelectMany(Sidecar.Files), .. DataSpec.FilesOf(s.Data)], s.Overwrite);
        OutputName.CheckKind(s.Json, "--json", ".json");
        foreach (string file in page.Append(s.Json).OfType<string>()) OutputName.CheckFolder(file);
        using Evaluator evaluator = s.Load(models[0]);
        if (s.Record && evaluator.ThirdParty is not null)
            throw new UserError($"--record: {models[0]} is a third-party model and has no manifest to write to: use --json");
        MixedDataset sets = s.Open();
        if (s.Video && sets.Parts.Count > 1) throw new UserError($"--video takes the frames of one video, {s.Data} is several sets");
        PrintNotes(models[0], evaluator, sets, s.Split);
        if (two) EvalComparison.Run(models, evaluator, sets, s);
        else if (s.Video) OnVideo(models[0], evaluator, sets.Parts[0], s);
        else OnImages(models[0], evaluator, sets, s);
    }

    /// <summary>What the user should know of a model on these images before its scores.</summary>
    /// <exception cref="UserError">A set has other classes.</exception>
    public static void PrintNotes(string model, Evaluator evaluator, MixedDataset sets, string split)
    {
        foreach (string note in SeenImages.Notes(model, evaluator.Manifest, sets, split)) Console.WriteLine(note);
        foreach (string note in sets.Parts.Select(p => ClassMatch.Of(evaluator.Manifest.Classes, p).Note).OfType<string>())
            Console.WriteLine(note);
    }

    private static void OnVideo(string model, Evaluator evaluator, IDataset frames, EvalSettings s)
    {
        VideoScore score = evaluator.EvaluateVideo(frames, s.Smooth);
        IReadOnlyList<string> classes = evaluator.ClassesOn(frames);
        ScorePrinter.Print(classes, score);
        AtomicFile.WriteJson(s.Json, ScoreFigures.Of(new Evaluated(model, s.Data, s.Split, s.Map), classes, score, frames.Count));
    }

    private static void OnImages(string model, Evaluator evaluator, MixedDataset sets, EvalSettings s)
    {
        using WorstImages? worst = s.Report is null ? null : new WorstImages(evaluator.ClassesOn(sets.Parts[0]));
        using Scoreboard board = Scoreboard.Of(evaluator, sets.Parts, worst is null ? null : worst.Add);
        ScorePrinter.Print(board);
        AtomicFile.WriteJson(s.Json, ScoreFigures.Of(new Evaluated(model, s.Data, s.Split, s.Map), board));
        if (worst is not null)
        {
            EvalPage.Write(s.Report!, $"{Path.GetFileName(model)} on {s.Data}, {s.Split}", board, worst);
            Console.WriteLine($"wrote {Path.Combine(s.Report!, "index.html")}");
        }

        string names = string.Join('+', sets.Parts.Select(p => p.Name));
        if (s.Record) ScoreRecord.Write(model, $"{names} {s.Split}", ScorePrinter.InWords(board));
    }
}
