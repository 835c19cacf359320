using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Quantization;

namespace RealtimeSeg.Training.Runs;

/// <summary>The ranges of activations of a run that trains for 8 bits: measured before its first step, kept with its state.</summary>
public static class RunRanges
{
    /// <summary>Before a range's name in the state, where it is its lower and its upper end.</summary>
    private const string Prefix = "range/";

    /// <summary>The ranges in a run's state; null if it trains floats.</summary>
    public static IReadOnlyDictionary<string, ValueRange>? Of(IReadOnlyDictionary<string, float[]> state)
    {
        Dictionary<string, ValueRange> ranges = state
            .Where(s => s.Key.StartsWith(Prefix, StringComparison.Ordinal) && s.Value.Length == 2)
            .ToDictionary(s => s.Key[Prefix.Length..], s => new ValueRange(s.Value[0], s.Value[1]), StringComparer.Ordinal);
        return ranges.Count > 0 ? ranges : null;
    }

    /// <summary>The state with the ranges, if there are any.</summary>
    internal static IReadOnlyDictionary<string, float[]> With(
        IReadOnlyDictionary<string, float[]> state, IReadOnlyDictionary<string, ValueRange>? ranges)
    {
        if (ranges is null) return state;
        Dictionary<string, float[]> all = new(state, StringComparer.Ordinal);
        foreach ((string name, ValueRange range) in ranges) all[Prefix + name] = [range.Low, range.High];
        return all;
    }

    /// <summary>Measures them, on whole images of all training sets, as <c>quantize</c> does.</summary>
    /// <param name="model">Bytes of the float network's file.</param>
    /// <param name="train">The training sets.</param>
    /// <param name="stop">Ends it between two images.</param>
    /// <exception cref="UserError">The network has no convolution that could become integer.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    internal static IReadOnlyDictionary<string, ValueRange> Measure(byte[] model, MixedDataset train, CancellationToken stop)
    {
        using Evaluator evaluator = new(model, "the run");
        IEnumerable<OrtValue> frames = CalibrationImages.Of(train.Parts).Take(CalibrationImages.UsualCount).Select(image =>
        {
            stop.ThrowIfCancellationRequested();
            return evaluator.NetworkInput(image);
        });
        return Quantizer.Measure(model, frames);
    }
}
