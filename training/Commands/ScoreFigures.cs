using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary>What was evaluated, for the figures: the model's file, and the data as on the command line.</summary>
internal sealed record Evaluated(string Model, string Data, string Split, string? Map);

/// <summary>Scores as the JSON of <c>eval --json</c>.</summary>
internal static class ScoreFigures
{
    public static object Of(Evaluated what, Scoreboard board)
    {
        (double small, double medium, double large) = board.Sizes.Terciles;
        return new
        {
            model = what.Model,
            network = board.Manifest.Network,
            data = what.Data,
            split = what.Split,
            map = what.Map,
            images = board.Images,
            miou = board.Matrix.MeanIu,
            pixel_accuracy = board.Matrix.PixelAccuracy,
            mean_accuracy = board.Matrix.MeanAccuracy,
            fw_iou = board.Matrix.FrequencyWeightedIu,
            per_class = ByName(board.Classes, board.Matrix.PerClass),
            boundary_f1 = board.Boundary.Mean,
            boundary_f1_per_class = ByName(board.Classes, board.Boundary.PerClass),
            object_iu = new { small, medium, large },
            parameters = board.Manifest.Parameters,
            network_ms = board.MedianMilliseconds,
            proposals = board.Fusion?.Most ?? 0,
            aggregate = board.Fusion?.Aggregate,
        };
    }

    public static object Of(Evaluated what, IReadOnlyList<string> classes, VideoScore score, int frames) => new
    {
        model = what.Model,
        data = what.Data,
        split = what.Split,
        map = what.Map,
        images = frames,
        miou = score.Matrix.MeanIu,
        pixel_accuracy = score.Matrix.PixelAccuracy,
        mean_accuracy = score.Matrix.MeanAccuracy,
        fw_iou = score.Matrix.FrequencyWeightedIu,
        per_class = ByName(classes, score.Matrix.PerClass),
        flicker = score.Flicker,
        truth_flicker = score.TruthFlicker,
    };

    /// <summary>By class name; null for a class that is absent.</summary>
    private static Dictionary<string, double?> ByName(IReadOnlyList<string> classes, IReadOnlyList<double> values)
        => classes.Zip(values, (name, value) => (name, value))
            .ToDictionary(c => c.name, c => double.IsNaN(c.value) ? (double?)null : c.value, StringComparer.Ordinal);
}
