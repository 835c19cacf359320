using System.Diagnostics;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>
/// <c>bench --suite</c>: every model at every size on every number of threads, alone and in the whole pipeline. What is compared is
/// measured one after the other, so that a machine whose speed changes does not decide a ratio.
/// </summary>
/// <param name="settings">A size, a number of threads, or a model that is neither a folder nor the default, is the only one.</param>
/// <param name="yardstick">PyTorch; null to leave it out.</param>
internal sealed class Suite(PipelineSettings settings, Yardstick? yardstick)
{
    /// <summary>Runs of a network that do not count, and those that do; frames of the pipeline unless the command line says.</summary>
    private const int WarmUp = 5, Runs = 20, Frames = 40;

    private static readonly (int, int)[] Sizes = [(320, 240), (480, 360), (640, 480), (960, 720)];

    private readonly IReadOnlyList<string> _models =
        settings.Model == Bundled.Model ? ModelFiles.Of(Bundled.Models).All
        : Directory.Exists(settings.Model) ? ModelFiles.Of(settings.Model).All
        : [settings.Model];

    private readonly List<SuiteCase> _cases = [];
    private string _provider = settings.Segmenter.Provider;

    /// <summary>Whether nothing was left out.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Measures all of it, or as much as there is until a signal comes.</summary>
    public IReadOnlyList<SuiteCase> Measure(StopSignals signals)
    {
        int[] threads = settings.Segmenter.Threads > 0 ? [settings.Segmenter.Threads] : Environment.ProcessorCount > 1 ? [1, 2] : [1];
        foreach ((int, int) size in settings.Segmenter.Size is { } only ? [only] : Sizes)
        {
            foreach (int count in threads)
            {
                Try(() => MeasureTorch(size, count), size, signals);
                foreach (string model in _models) Try(() => MeasureModel(model, size, count, signals), size, signals);
            }
        }

        return _cases;
    }

    private void MeasureTorch((int, int) size, int threads)
    {
        if (yardstick is not null) Add(new SuiteCase(yardstick.Name, size, threads, yardstick.Measure(size, threads), Whole: null));
    }

    /// <summary>What cannot be run, at this size or at all, is reported and left out.</summary>
    private void Try(Action measure, (int Width, int Height) size, StopSignals signals)
    {
        if (signals.WasSignalled) return;
        try
        {
            measure();
        }
        catch (UserError e)
        {
            IsComplete = false;
            string what = $"left out at {size.Width}×{size.Height}";
            if (!signals.WasSignalled) Console.Error.WriteLine(PlainText.Of($"warning: {what}: {e.Message}"));
        }
    }

    private void MeasureModel(string file, (int, int) size, int threads, StopSignals signals)
    {
        SegmenterOptions options = settings.Segmenter with { Size = size, Threads = threads, Provider = _provider };
        string name;
        double alone;
        using (Segmenter model = Segmenter.Load(file, options, Console.WriteLine))
        {
            (name, _provider) = (model.Name, model.Provider); // what was passed over is told once
            alone = Alone(model);
        }

        PipelineSettings one = settings with
        {
            Model = file,
            Precision = Precision.AsNamed, // this file, not the faster one of its pair
            Segmenter = options with { Provider = _provider },
        };
        RunResult whole = RunCommand.Execute(
            Mode.Bench, one with { Frames = settings.Frames > 0 ? settings.Frames : Frames }, signals, (_, _) => { });
        (long measured, long wanted) = (whole.Stats.Count, whole.Engine.Frames);
        if (measured < wanted && signals.WasSignalled) return; // a part of it is not comparable with the others
        if (measured < wanted)
            throw new UserError($"{name}: {measured} of {wanted} frames measured: the source ended: choose a longer one");
        if (whole.Report.Problems.Count > 0) IsComplete = false;
        if (whole.Stats.Count > 0) Add(new SuiteCase(name, size, threads, alone, whole));
    }

    private void Add(SuiteCase measured)
    {
        _cases.Add(measured);
        (int width, int height) = measured.Size;
        string cell = $"{measured.Model}, {width}×{height}, {(measured.Threads == 1 ? "one thread" : $"{measured.Threads} threads")}";
        Console.WriteLine(FormattableString.Invariant($"{cell}: {measured.NetworkMs:F1} ms"));
    }

    /// <summary>Median time of the network on an empty image, in ms.</summary>
    private static double Alone(Segmenter model)
    {
        using FrameSlot slot = model.Blank();
        model.Fit(slot);
        double[] times = new double[Runs];
        for (int i = -WarmUp; i < Runs; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            model.Infer(slot);
            if (i >= 0) times[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }

        Array.Sort(times);
        return times[Runs / 2];
    }
}
