using System.Diagnostics;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>Trains: batches in, steps, and from time to time an evaluation and a checkpoint.</summary>
/// <param name="config">The run's settings.</param>
/// <param name="folder">Where checkpoints and log go.</param>
/// <param name="train">What to train on.</param>
/// <param name="validation">What to evaluate on; null for no evaluation.</param>
/// <param name="initial">Weights of an earlier run to start from; null for random ones.</param>
/// <param name="network">The network, if it was made before; null to make it from the settings.</param>
public sealed class Trainer(
    RunConfig config,
    string folder,
    MixedDataset train,
    MixedDataset? validation,
    IReadOnlyDictionary<string, float[]>? initial = null,
    INetwork? network = null)
{
    /// <summary>Longest time between checkpoints, and before the first of a session: what a kill may cost.</summary>
    private static readonly TimeSpan CheckpointInterval = TimeSpan.FromMinutes(2), FirstCheckpoint = TimeSpan.FromMinutes(1);

    /// <summary>Validation images that are drawn after each evaluation.</summary>
    private const int DrawnImages = 6;

    private readonly INetwork _network = network ?? config.Network();

    /// <summary>Of activations, if it trains for 8 bits.</summary>
    private IReadOnlyDictionary<string, ValueRange>? _ranges;

    /// <summary>Write event files for TensorBoard, too.</summary>
    public bool LogsEvents { get; init; }

    /// <summary>Receives what is being done before the first step, which may take minutes.</summary>
    public Action<string> Phase { get; set; } = _ => { };

    /// <summary>How far the run has come.</summary>
    public RunState State { get; private set; } = new();

    /// <summary>Trains from the checkpoint, or from the start, to the last step. False if it was stopped before.</summary>
    /// <exception cref="UserError">The loss or a gradient is not finite, or the checkpoint does not fit.</exception>
    /// <exception cref="OperationCanceledException">It was stopped before its first step: nothing has changed.</exception>
    public bool Run(Checkpoint? from, Action<RunLog.Line> report, CancellationToken stop)
    {
        RunState state = State = from?.Progress ?? new RunState();
        using Teacher? teacher = config.Teacher is { } file ? new Teacher(config.Located(file), config.ClassNames) : null;
        _ranges = config.ForIntegers ? Ranges(from, stop) : null;
        StepGraph graph = BuildGraph(stop);
        using TrainStep step = new(graph, config.Seed);
        if (from is not null) step.Import(from.State);
        else if (initial is not null) step.Adopt(initial);
        using BatchLoader loader = new(train, config.Batch, config.Seed, state.Step, config.ToSampling());
        stop.ThrowIfCancellationRequested();
        using EventFile? events = LogsEvents ? new EventFile(folder, state.Step) : null;
        RunLog log = new(folder, state.Step, loader.StepsPerEpoch, config, report, events);
        LearningRate schedule = config.ToSchedule();
        long saved = Stopwatch.GetTimestamp();
        TimeSpan interval = FirstCheckpoint;

        while (state.Step < config.TotalSteps)
        {
            double rate = schedule.At(state.Step);
            loader.Next(step.Frame, step.Labels);
            teacher?.Fill(step.Frame, graph.Batch, graph.TaughtShape!, step.Taught);
            double bodyRate = config.BodyRateAt(rate, state.Step / loader.StepsPerEpoch);
            float loss = step.Run(StepNumbers.At(rate, state.Step, config.AverageDecay, bodyRate));
            ThrowIfNotFinite(loss, step.NonFiniteGradient(), state.Step);

            state = State = state.Stepped(loss, begins: state.Step % loader.StepsPerEpoch == 0);
            bool last = state.Step == config.TotalSteps, epochEnds = last || state.Step % loader.StepsPerEpoch == 0;
            ConfusionMatrix? score = IsEvaluationDue(state.Step, loader.StepsPerEpoch) ? Evaluate(step, state.Step, events) : null;
            log.Step(state, loss, rate, epochEnds, score);
            if (score is not null)
            {
                state = State = state.Evaluated(score.MeanIu);
                if (state.IsBest) Save(Checkpoint.BestFileName, state, step);
            }

            if (last || score is not null || stop.IsCancellationRequested || Stopwatch.GetElapsedTime(saved) > interval)
            {
                Save(Checkpoint.FileName, state, step);
                (saved, interval) = (Stopwatch.GetTimestamp(), CheckpointInterval);
            }

            if (stop.IsCancellationRequested) return last;
        }

        return true;
    }

    private StepGraph BuildGraph(CancellationToken stop)
    {
        if (config.Weighting != ClassWeights.None) Phase($"counting the classes of {train.Parts[0].Count} images");
        IReadOnlyList<float> weights = ClassWeights.Of(config.Weighting, train, stop);
        stop.ThrowIfCancellationRequested();
        Phase("building the graph of a step");
        return StepGraph.Build(
            _network, config.Batch, config.Objective, weights, config.ToOptimizer(), average: config.AverageDecay > 0, config.ClipNorm,
            _ranges, taught: config.Teacher is not null);
    }

    /// <summary>Those of the run so far, or those that its first weights show.</summary>
    private IReadOnlyDictionary<string, ValueRange> Ranges(Checkpoint? from, CancellationToken stop)
    {
        if (from is not null) return RunRanges.Of(from.State) ?? throw new UserError($"the checkpoint in {folder} lacks its ranges");
        if (initial is null) throw new ArgumentException("there are no weights to refine", nameof(initial));
        Phase($"measuring activations on {CalibrationImages.UsualCount} images");
        return RunRanges.Measure(InferenceGraph.Build(_network, initial, Manifest()), train, stop);
    }

    private ModelManifest Manifest() => RunExport.ManifestOf(config, _network, meanIu: null);

    private IReadOnlyDictionary<string, float[]> StateOf(TrainStep step) => RunRanges.With(step.Export(), _ranges);

    private bool IsEvaluationDue(long done, int stepsPerEpoch)
    {
        if (validation is null) return false;
        return done == config.TotalSteps || (done % stepsPerEpoch == 0 && done / stepsPerEpoch % config.EvaluateEvery == 0);
    }

    /// <summary>Evaluates the graph that would be exported now on the validation split, and draws some of its images.</summary>
    private ConfusionMatrix Evaluate(TrainStep step, long done, EventFile? events)
    {
        using Evaluator evaluator = new(RunExport.Model(_network, StateOf(step), Manifest()), "the run");
        using ContactSheet sheet = new(StreetClasses.PaletteFor(config.ClassNames), columns: 2);
        int seen = 0, every = Math.Max(1, validation!.Parts[0].Count / DrawnImages);
        ConfusionMatrix matrix = evaluator.Evaluate(validation.Parts.Take(1), (sample, predicted) =>
        {
            if (seen++ % every != 0) return;
            sheet.Add(sample.Image, sample.Labels, "truth");
            sheet.Add(sample.Image, predicted, $"after {done} steps");
        });
        byte[] png = sheet.ToPng(out Size size);
        AtomicFile.Write(Path.Combine(folder, "samples", $"step-{done:D7}.png"), png);
        events?.Add(done, "val/samples", (size.Width, size.Height), png);
        return matrix;
    }

    private void Save(string name, RunState state, TrainStep step)
        => new Checkpoint(config, state, StateOf(step)).Save(Path.Combine(folder, name));

    /// <summary>Throws on a non-finite loss or gradient, before the weights are saved.</summary>
    private void ThrowIfNotFinite(float loss, string? parameter, long step)
    {
        if (float.IsFinite(loss) && parameter is null) return;
        string where = parameter is null ? "" : $", first in the gradient of {parameter}";
        throw new UserError(
            $"the loss is {loss} at step {step}{where}: lower --lr or add --clip 1; the last good checkpoint, if any, is in {folder}");
    }
}
