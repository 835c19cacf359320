using System.Globalization;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary>Trains the plans of a study in order, evaluates each run's exported file, and keeps the page up to date.</summary>
/// <param name="study">What to train, and the claims.</param>
/// <param name="settings">Data, budget and folders.</param>
/// <param name="common">The settings of <c>train</c> that all runs share.</param>
internal sealed class Reproduction(Study study, ReproduceSettings settings, TrainSettings common)
{
    /// <summary>Where no curves are drawn: validation scores during training would cost time and change nothing.</summary>
    private const int NeverEvaluate = 1000;

    private readonly Lazy<MixedDataset> _validation = new(() => MixedDataset.Parse(settings.Data, new Split(Training: false)));
    private readonly List<Result> _results = [];

    /// <summary>Does what is left to do; returns early if a signal stops a run.</summary>
    /// <exception cref="UserError">A run cannot be made with these settings, or was made with others.</exception>
    public void Run()
    {
        if (!ResultsPage.Is(settings.Out)) OutputName.Check([settings.Out, ResultsTable.PathOf(settings)], [], settings.Overwrite);
        int[] seeds = Seeds();
        _ = _validation.Value; // a set that cannot be read is refused before hours of training, too
        foreach (int seed in seeds)
        {
            foreach (Plan plan in study.Plans) Check(SettingsOf(plan, seed)); // before any of them takes its hours
        }

        foreach (int seed in seeds)
        {
            foreach (Plan plan in study.Plans)
            {
                TrainSettings run = SettingsOf(plan, seed);
                if (!Train(run)) return;
                string model = run.Out + ".onnx";
                RunExport.FromRun(run.Out, model);
                Add(Evaluate(plan.Name, seed, model, RunLog.Minutes(run.Out), CommandText.Train(run)));
            }

            if (study.Ensemble is { } ensemble) Add(Combined(ensemble, seed));
        }

        Console.WriteLine($"wrote {settings.Out}");
    }

    /// <summary>Writes the page from the table beside it, and trains nothing.</summary>
    /// <exception cref="UserError">There is no table, or it has results that these settings do not give.</exception>
    public void WritePage()
    {
        string table = ResultsTable.PathOf(settings);
        OutputName.Check([settings.Out, table], [], overwrite: true); // one of them twice would be the page in place of its table
        if (!ResultsPage.Is(settings.Out)) OutputName.Check([settings.Out], [], settings.Overwrite);
        IReadOnlyList<Result> results = ResultsTable.Read(table);
        int[] seeds = Seeds();
        foreach (Result r in results)
        {
            if (!seeds.Contains(r.Seed)) throw new UserError($"{table}: seed {r.Seed} is beyond --seeds {settings.Seeds}");
            string expected = CommandOf(r) ?? throw new UserError($"{table}: {r.Name} is no network of the claims");
            if (r.Command != expected)
                throw new UserError($"{table}: {r.Name}, seed {r.Seed} came of '{r.Command}', these options give '{expected}'");
        }

        ResultsPage.Write(study, settings, results);
        Console.WriteLine($"wrote {settings.Out}");
    }

    /// <summary>The settings of a run: the shared ones, changed as planned.</summary>
    internal TrainSettings SettingsOf(Plan plan, int seed) => common with
    {
        Run = plan.Change(common.Run with
        {
            Data = settings.Data,
            Seed = seed,
            From = plan.From is null ? null : Folder(plan.From, seed),
            EvaluateEvery = study.CurvesEvery ?? NeverEvaluate,
        }),
        Out = Folder(plan, seed),
        Epochs = plan.Share(settings.Epochs),
    };

    private int[] Seeds()
    {
        int first = common.Run.Seed;
        if (first > int.MaxValue - settings.Seeds)
            throw new UserError($"--seed {first} in --common: there are no {settings.Seeds} seeds from there; begin with a smaller one");
        return [.. Enumerable.Range(first, settings.Seeds)];
    }

    /// <summary>The command that makes a result; null if none does.</summary>
    private string? CommandOf(Result result)
    {
        if (result.Name == study.Ensemble?.Name) return CombineCommand(study.Ensemble, result.Seed);
        Plan? plan = study.Plans.FirstOrDefault(p => p.Name == result.Name);
        return plan is null ? null : CommandText.Train(SettingsOf(plan, result.Seed));
    }

    private string CombineCommand(Combination ensemble, int seed)
        => CommandText.Line("export", "--ensemble", string.Join(',', Members(ensemble, seed)), CombinedFile(seed));

    /// <summary>Folders of the runs that are combined.</summary>
    private string[] Members(Combination ensemble, int seed) => [.. ensemble.Members.Select(m => Folder(m, seed))];

    private string CombinedFile(int seed) => Path.Combine(Folder(seed), "ensemble.onnx");

    private string Folder(Plan plan, int seed)
    {
        int number = study.Plans.ToList().IndexOf(plan);
        return Path.Combine(Folder(seed), number.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Of the seeds that are done.</summary>
    private IReadOnlyList<string> Runs(Plan plan) => [.. _results.Where(r => r.Name == plan.Name).Select(r => Folder(plan, r.Seed))];

    /// <summary>Of the runs of a seed; those of the first one are where they were when there was only one.</summary>
    private string Folder(int seed) => seed == common.Run.Seed
        ? settings.Runs
        : Path.Combine(settings.Runs, string.Create(CultureInfo.InvariantCulture, $"seed-{seed}"));

    /// <summary>Trains to the end, from the checkpoint if there is one; false if it was stopped before.</summary>
    private static bool Train(TrainSettings run)
    {
        bool begun = Checkpoint.Exists(run.Out);
        if (begun && IsComplete(run.Out)) return true;
        TrainCommand.Run(run with { Resume = begun }, NamedOptions.None);
        return IsComplete(run.Out);
    }

    /// <summary>Refuses a run that cannot be made, or was made with other settings.</summary>
    private static void Check(TrainSettings run)
    {
        if (run.Run.From is { } before && !Checkpoint.Exists(before))
        {
            if (!Checkpoint.Exists(run.Out)) return; // that run comes first
            throw new UserError($"{run.Out} began from {before}, which has gone: delete that folder too, to train both again");
        }

        RunConfig wanted = run.ConfigFor(run.Run.Open(training: true));
        _ = wanted.Network(); // a file of a body that cannot be read
        if (!Checkpoint.Exists(run.Out)) return;
        RunConfig made = Checkpoint.Of(run.Out).Config;
        string? option = RunOptionTable.Differences(wanted, made).Select(d => d.Option).FirstOrDefault();
        if (made.TotalSteps != wanted.TotalSteps) option ??= TrainOptions.Epochs;
        if (option is null) return;
        throw new UserError($"{run.Out} was trained with another {option}: choose another --runs, or delete that folder to train again");
    }

    private static bool IsComplete(string folder)
    {
        Checkpoint c = Checkpoint.Of(folder);
        return c.Progress.Step >= c.Config.TotalSteps;
    }

    private Result Combined(Combination ensemble, int seed)
    {
        string model = CombinedFile(seed);
        RunExport.FromRuns(Members(ensemble, seed), Ensemble.Mean, model);
        double MinutesOf(Plan p) => RunLog.Minutes(Folder(p, seed));
        double minutes = ensemble.Members.Sum(m => MinutesOf(m) + (m.From is null ? 0 : MinutesOf(m.From)));
        return Evaluate(ensemble.Name, seed, model, minutes, CombineCommand(ensemble, seed));
    }

    private Result Evaluate(string name, int seed, string model, double minutes, string command)
    {
        using Evaluator evaluator = new(File.ReadAllBytes(model), model);
        using Scoreboard board = Scoreboard.Of(evaluator, _validation.Value.Parts);
        return new Result(name, board.Matrix.MeanIu, board.Matrix.PixelAccuracy, board.Boundary.Mean, board.Sizes.Terciles)
        {
            Seed = seed,
            Parameters = board.Manifest.Parameters,
            Minutes = minutes,
            Milliseconds = board.MedianMilliseconds,
            Command = command,
        };
    }

    private void Add(Result result)
    {
        _results.Add(result);
        if (study.CurvesEvery is not null) LearningCurves.Write(ResultsPage.CurvesOf(settings), study.Plans.Select(p => (p.Name, Runs(p))));
        ResultsPage.Write(study, settings, _results);
        ResultsTable.Write(ResultsTable.PathOf(settings), _results);
    }
}
