using System.Diagnostics;
using RealtimeSeg.Training.Batches;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Optim;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>A run: batches in, steps, now and then a score and a checkpoint.</summary>
/// <param name="config">Its settings.</param>
/// <param name="folder">Where checkpoints and log go.</param>
/// <param name="train">What to learn from.</param>
/// <param name="validation">What to be judged on; null for no scores.</param>
/// <param name="initial">Parameters of an earlier run to start from; null for random ones.</param>
public sealed class Trainer(RunConfig config, string folder, MixedDataset train, MixedDataset? validation, IReadOnlyDictionary<string, float[]>? initial = null)
{
    /// <summary>Longest time between checkpoints: what a kill may cost.</summary>
    private static readonly TimeSpan CheckpointEvery = TimeSpan.FromMinutes(2);

    /// <summary>Validation pictures drawn with each score.</summary>
    private const int SamplePictures = 6;

    private RunConfig _config = config;

    /// <summary>Epochs between two scores on the validation split.</summary>
    public int EvaluateEvery { get; init; } = 5;

    /// <summary>Trains from the checkpoint, or from the start, to the last step. False when it was asked to stop before.</summary>
    public bool Run(Checkpoint? from, Action<RunLog.Line> report, CancellationToken stop)
    {
        IReadOnlyList<float> weights = ClassWeights.Of(_config.Weighting, train);
        StepGraph graph = StepGraph.Build(_config.Network(), _config.Batch, _config.Objective, weights, Optimizer.Parse(_config.Optimizer, _config.WeightDecay), _config.AverageDecay > 0, _config.ClipNorm);
        using TrainStep step = new(graph, _config.Seed);
        if (from is not null) step.Import(from.State);
        else if (initial is not null) step.Adopt(initial);
        long first = from?.Step ?? 0;
        using BatchLoader loader = new(train, _config.Batch, _config.Seed, first, _config.ToSampling());
        using RunLog log = new(folder, first, loader.StepsPerEpoch, _config, report);
        LearningRate schedule = LearningRate.Parse(_config.Schedule, _config.LearningRate, _config.WarmUp, _config.TotalSteps);
        long saved = Stopwatch.GetTimestamp();

        for (long t = first; t < _config.TotalSteps; t++)
        {
            loader.Next(step.Frame, step.Labels);
            double rate = schedule.At(t);
            float loss = step.Run(StepNumbers.At(rate, t, _config.AverageDecay));
            Refuse(loss, step.UnsoundGradient(), t);

            bool last = t + 1 == _config.TotalSteps, epochEnds = (t + 1) % loader.StepsPerEpoch == 0;
            bool scoreNow = validation is not null && (last || (epochEnds && (t + 1) / loader.StepsPerEpoch % EvaluateEvery == 0));
            log.Step(t, loss, rate, epochEnds || last, scoreNow ? Score(step, t + 1) : null);
            if (scoreNow && _config.ValidationMeanIu >= _config.BestMeanIu) new Checkpoint(_config, t + 1, step.Export()).Save(Path.Combine(folder, Checkpoint.BestFileName));
            if (last || scoreNow || stop.IsCancellationRequested || Stopwatch.GetElapsedTime(saved) > CheckpointEvery)
            {
                new Checkpoint(_config, t + 1, step.Export()).Save(Path.Combine(folder, Checkpoint.FileName));
                saved = Stopwatch.GetTimestamp();
            }

            if (stop.IsCancellationRequested) return last;
        }

        return true;
    }

    /// <summary>Mean IU of the graph that would ship now, on the validation split.</summary>
    private ConfusionMatrix Score(TrainStep step, long steps)
    {
        using Evaluator evaluator = new(InferenceGraph.Build(_config.Network(), RunExport.Shipped(step.Export()), RunExport.ManifestOf(_config)), "the run");
        using ContactSheet sheet = new(ContactSheet.PaletteOf(_config.ClassNames), columns: 2);
        int seen = 0, every = Math.Max(1, validation!.Parts[0].Count / SamplePictures);
        ConfusionMatrix matrix = evaluator.Evaluate(validation.Parts.Take(1), (sample, predicted) =>
        {
            if (seen++ % every != 0) return;
            sheet.Add(sample.Image, sample.Labels, "truth");
            sheet.Add(sample.Image, predicted, $"after {steps} steps");
        });
        sheet.Save(Path.Combine(folder, "samples", $"step-{steps:D7}.png"));
        _config = _config with { ValidationMeanIu = matrix.MeanIu, BestMeanIu = Math.Max(matrix.MeanIu, _config.BestMeanIu) };
        return matrix;
    }

    /// <summary>A step that went wrong ends the run before its weights are saved.</summary>
    private void Refuse(float loss, string? parameter, long step)
    {
        if (float.IsFinite(loss) && parameter is null) return;
        string where = parameter is null ? "" : $", first in the gradient of {parameter}";
        throw new UserError($"the loss is {loss} at step {step}{where}: lower --lr or add --clip 1; the last good checkpoint, if there is one, is in {folder}");
    }
}
