using System.CommandLine;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary><c>bench</c>: latency of every stage, of one configuration or of several side by side.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        PipelineOptions pipeline = new(Mode.Bench);
        OptionTable<BenchOptions> options = new(new BenchOptions(), BenchOptions.Rows);
        Command command = new(Mode.Bench.Name, Mode.Bench.Description);
        pipeline.AddTo(command);
        GroupedHelp.Add(command, new OptionGroup("Bench", options.Options));
        command.SetAction(parsed => Run(pipeline.Read(parsed), options.Read(parsed)));
        return command;
    }

    private static int Run(PipelineSettings settings, BenchOptions options)
    {
        if (options.Explain)
        {
            Terms.Print();
            return 0;
        }

        options.Check(settings);
        IReadOnlyList<(string Name, PipelineSettings Settings)> configurations = Sweep.Product(settings, options.Sweep ?? []);
        string[] before = options.Compare is { } file ? [file] : [];
        string[] read = [.. before, .. configurations.SelectMany(c => OutputFiles.OfModel(c.Settings.Model))];
        OutputFiles.Check(settings, read, [options.Csv, options.Markdown, options.Plot]);
        options.CheckKinds();
        foreach ((_, PipelineSettings each) in configurations) Segmenter.Check(each.Model, each.Segmenter);
        Yardstick? yardstick = options.Torch ? Yardstick.Find() : null;
        using StopSignals signals = new();
        if (options.Roofline) return Print(Roofline.Measure(settings), settings, options);
        if (options.RaceTiles) return Print(Roofline.Race(settings), settings, options);
        return options.Suite
            ? RunSuite(new Suite(settings, yardstick), settings, options, signals)
            : RunEach(configurations, settings, options, yardstick, signals);
    }

    private static int RunSuite(Suite suite, PipelineSettings settings, BenchOptions options, StopSignals signals)
    {
        IReadOnlyList<SuiteCase> cases = suite.Measure(signals);
        if (signals.WasSignalled) Log.Warning($"a signal stopped the suite: {cases.Count} measurements were complete by then");
        if (cases.Count == 0) return suite.IsComplete ? 0 : CommandRunner.IncompleteCode;
        FigureTable table = SuiteCase.Table(cases);
        table.Print();
        Write(settings, options, table, cases.Select(c => c.Figures()), (plot, overwrite) => SuitePlot.Save(plot, cases, overwrite));
        return suite.IsComplete ? 0 : CommandRunner.IncompleteCode;
    }

    private static int Print(FigureTable table, PipelineSettings settings, BenchOptions options)
    {
        table.Print();
        if (options.Csv is { } csv) OutputFiles.Tell(csv, table.WriteCsv(csv, settings.Overwrite));
        if (options.Markdown is { } markdown) OutputFiles.Tell(markdown, table.WriteMarkdown(markdown, settings.Overwrite));
        return 0;
    }

    private static int RunEach(
        IReadOnlyList<(string Name, PipelineSettings Settings)> configurations,
        PipelineSettings settings,
        BenchOptions options,
        Yardstick? yardstick,
        StopSignals signals)
    {
        Baseline? baseline = options.Compare is { } earlier ? Baseline.Read(earlier) : null;
        List<BenchRun> runs = Measure(configurations, signals);
        foreach (string shortfall in runs.Select(r => r.Shortfall).OfType<string>()) Log.Warning(shortfall);
        if (runs.Count < configurations.Count)
            Log.Warning($"a signal stopped the sweep: {runs.Count} of {configurations.Count} configurations were measured");
        FigureTable table = BenchTable.Of(runs);
        if (runs.Count > 1) table.Print();
        baseline?.Print(runs[0].Result);
        Write(settings, options, table, Figures(runs), (plot, overwrite) => BenchPlot.Save(plot, runs, overwrite));
        if (!signals.WasSignalled) yardstick?.Print(runs[0].Result);
        return runs.TrueForAll(r => r.IsComplete) ? 0 : CommandRunner.IncompleteCode;
    }

    private static void Write(
        PipelineSettings settings, BenchOptions options, FigureTable table, object figures, Func<string, bool, string> plotted)
    {
        bool overwrite = settings.Overwrite;
        OutputFiles.Tell(settings.Json, AtomicFile.WriteJson(settings.Json, figures, overwrite));
        if (options.Csv is { } csv) OutputFiles.Tell(csv, table.WriteCsv(csv, overwrite));
        if (options.Markdown is { } markdown) OutputFiles.Tell(markdown, table.WriteMarkdown(markdown, overwrite));
        if (options.Plot is { } plot) OutputFiles.Tell(plot, plotted(plot, overwrite));
    }

    /// <summary>One after the other; a signal ends the run and leaves out the rest, and a run that it left without a figure.</summary>
    private static List<BenchRun> Measure(
        IReadOnlyList<(string Name, PipelineSettings Settings)> configurations, StopSignals signals)
    {
        List<BenchRun> runs = [];
        foreach ((string name, PipelineSettings settings) in configurations)
        {
            if (configurations.Count > 1) Log.Info($"— {name}");
            RunResult result = RunCommand.Execute(Mode.Bench, settings, signals, (r, _) => Report.Print(r, withFigures: true));
            runs.Add(new BenchRun(name, result, signals.WasSignalled));
            if (!signals.WasSignalled) continue;
            if (runs.Count > 1 && runs[^1].Result.Stats.Count == 0) runs.RemoveAt(runs.Count - 1);
            break;
        }

        return runs;
    }

    private static object Figures(List<BenchRun> runs) => runs.Count == 1
        ? Report.Figures(runs[0].Result)
        : runs.Select(r => new { name = r.Name, figures = Report.Figures(r.Result) });
}
