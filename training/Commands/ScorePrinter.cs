using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary>Scores as text.</summary>
internal static class ScorePrinter
{
    public static void Print(Scoreboard board)
    {
        (double small, double medium, double large) = board.Sizes.Terciles;
        (int fromMedium, int fromLarge) = board.Sizes.Bounds;
        Print(board.Manifest, board.Matrix, board.Boundary);
        string bySize = Text($"small {small:F4}, medium {medium:F4}, large {large:F4} (from {fromMedium} and {fromLarge} pixels)");
        Line($"boundary F1 {board.Boundary.Mean:F4}   IU of objects: {bySize}");
        string speed = Text($"network {board.MedianMilliseconds:F1} ms per {(board.Fusion is null ? "image" : "proposal")} (median)");
        Line($"{board.Manifest.Network}, {board.Manifest.Parameters:N0} parameters, {speed}");
    }

    public static void Print(ModelManifest manifest, VideoScore score)
    {
        Line($"flicker {score.Flicker:P3}, of the truth {score.TruthFlicker:P3}, ratio {score.Flicker / score.TruthFlicker:F2}");
        Print(manifest, score.Matrix, boundary: null);
    }

    /// <summary>For the manifest, in a line; of two classes the second, which is not the background, gets its own figure.</summary>
    public static string InWords(Scoreboard board)
    {
        IReadOnlyList<string> classes = board.Manifest.Classes;
        ConfusionMatrix m = board.Matrix;
        string alone = classes.Count == 2 ? Text($", {classes[1]} {m.PerClass[1]:F4}") : "";
        return Text($"mean IU {m.MeanIu:F4}{alone}, pixel accuracy {m.PixelAccuracy:F4}, boundary F1 {board.Boundary.Mean:F4}");
    }

    private static void Print(ModelManifest manifest, ConfusionMatrix m, BoundaryScore? boundary)
    {
        string accuracies = Text($"pixel accuracy {m.PixelAccuracy:F4}   mean accuracy {m.MeanAccuracy:F4}");
        Line($"mean IU {m.MeanIu:F4}   {accuracies}   frequency-weighted IU {m.FrequencyWeightedIu:F4}");
        for (int c = 0; c < m.Classes; c++)
        {
            string outline = boundary is null ? "" : Text($"   boundary F1 {boundary.PerClass[c]:F4}");
            Line($"  {manifest.Classes[c],-12} {m.PerClass[c]:F4}{outline}");
        }
    }

    private static void Line(FormattableString text) => Console.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
