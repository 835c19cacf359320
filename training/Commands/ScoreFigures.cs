using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary>Scores as the JSON of <c>eval --json</c>.</summary>
internal static class ScoreFigures
{
    public static object Of(Scoreboard board)
    {
        (double small, double medium, double large) = board.Sizes.Terciles;
        return new
        {
            miou = board.Matrix.MeanIu,
            pixel_accuracy = board.Matrix.PixelAccuracy,
            mean_accuracy = board.Matrix.MeanAccuracy,
            fw_iou = board.Matrix.FrequencyWeightedIu,
            per_class = ByName(board.Manifest, board.Matrix.PerClass),
            boundary_f1 = board.Boundary.Mean,
            boundary_f1_per_class = ByName(board.Manifest, board.Boundary.PerClass),
            object_iu = new { small, medium, large },
            parameters = board.Manifest.Parameters,
            network_ms = board.MedianMilliseconds,
            proposals = board.Fusion?.Most ?? 0,
            aggregate = board.Fusion?.Aggregate,
        };
    }

    public static object Of(ModelManifest manifest, VideoScore score) => new
    {
        miou = score.Matrix.MeanIu,
        pixel_accuracy = score.Matrix.PixelAccuracy,
        mean_accuracy = score.Matrix.MeanAccuracy,
        fw_iou = score.Matrix.FrequencyWeightedIu,
        per_class = ByName(manifest, score.Matrix.PerClass),
        flicker = score.Flicker,
        truth_flicker = score.TruthFlicker,
    };

    /// <summary>By class name; null for a class that is absent.</summary>
    private static Dictionary<string, double?> ByName(ModelManifest manifest, IReadOnlyList<double> values)
        => manifest.Classes.Zip(values, (name, value) => (name, value))
            .ToDictionary(c => c.name, c => double.IsNaN(c.value) ? (double?)null : c.value, StringComparer.Ordinal);
}
