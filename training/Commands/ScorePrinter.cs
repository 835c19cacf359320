using System.Globalization;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary>Scores as text.</summary>
internal static class ScorePrinter
{
    public static void Print(Scoreboard board)
    {
        (double small, double medium, double large) = board.Sizes.Terciles;
        (int fromMedium, int fromLarge) = board.Sizes.Bounds;
        Print(board.Classes, board.Matrix, board.Boundary);
        Line($"IoU of objects: small {small:F4}, medium {medium:F4}, large {large:F4}");
        Line($"  (medium from {fromMedium} pixels on, large from {fromLarge})");
        string parameters = board.Manifest.Parameters > 0 ? Text($", {board.Manifest.Parameters:N0} parameters") : "";
        Line($"{board.Manifest.Network}{parameters}");
        string speed = Text($"network {board.MedianMilliseconds:F1} ms per {(board.Fusion is null ? "image" : "proposal")} (median)");
        Line($"{board.Images} images, {speed}");
    }

    public static void Print(IReadOnlyList<string> classes, VideoScore score)
    {
        Line($"flicker {score.Flicker:P3}, of the truth {score.TruthFlicker:P3}, ratio {score.Flicker / score.TruthFlicker:F2}");
        Print(classes, score.Matrix, boundary: null);
    }

    /// <summary>Figures of two models side by side, and what the second one gains.</summary>
    public static void Print(Scoreboard first, Scoreboard second, double agreement)
    {
        (string Name, double A, double B)[] all = [.. Paired(first, second)];
        NameColumn names = new(all.Select(f => f.Name), 24);
        Line($"{names.Of("")} {"A",9} {"B",9} {"B - A",9}");
        foreach ((string name, double a, double b) in all)
            Line($"{names.Of(name)} {a,9:F4} {b,9:F4} {b - a,9:+0.0000;-0.0000;0.0000}");
        Line($"{names.Of("network, ms per image")} {first.MedianMilliseconds,9:F1} {second.MedianMilliseconds,9:F1}");
        Line($"A and B give {agreement:P2} of the pixels of {first.Images} images the same class");
    }

    /// <summary>The figures that two models are compared by.</summary>
    public static IEnumerable<(string Name, double A, double B)> Paired(Scoreboard first, Scoreboard second) =>
    [
        ("mIoU", first.Matrix.MeanIu, second.Matrix.MeanIu),
        ("pixel accuracy", first.Matrix.PixelAccuracy, second.Matrix.PixelAccuracy),
        ("mean accuracy", first.Matrix.MeanAccuracy, second.Matrix.MeanAccuracy),
        ("frequency-weighted IoU", first.Matrix.FrequencyWeightedIu, second.Matrix.FrequencyWeightedIu),
        ("boundary F1", first.Boundary.Mean, second.Boundary.Mean),
        ("IoU of small objects", first.Sizes.Terciles.Small, second.Sizes.Terciles.Small),
        ("of medium ones", first.Sizes.Terciles.Medium, second.Sizes.Terciles.Medium),
        ("of large ones", first.Sizes.Terciles.Large, second.Sizes.Terciles.Large),
        .. first.Classes.Select((name, c) => ($"IoU {name}", first.Matrix.PerClass[c], second.Matrix.PerClass[c])),
    ];

    /// <summary>For the manifest, in a line; of two classes the second, which is not the background, gets its own figure.</summary>
    public static string InWords(Scoreboard board)
    {
        ConfusionMatrix m = board.Matrix;
        string alone = board.Classes.Count == 2 ? Text($", {board.Classes[1]} {m.PerClass[1]:F4}") : "";
        return Text($"mIoU {m.MeanIu:F4}{alone}, pixel accuracy {m.PixelAccuracy:F4}, boundary F1 {board.Boundary.Mean:F4}");
    }

    private static void Print(IReadOnlyList<string> classes, ConfusionMatrix m, BoundaryScore? boundary)
    {
        Line($"mIoU {m.MeanIu:F4}   pixel accuracy {m.PixelAccuracy:F4}   mean accuracy {m.MeanAccuracy:F4}");
        string edges = boundary is null ? "" : Text($"   boundary F1 {boundary.Mean:F4}");
        Line($"frequency-weighted IoU {m.FrequencyWeightedIu:F4}{edges}");
        NameColumn names = new(classes, 12);
        for (int c = 0; c < m.Classes; c++)
        {
            string outline = boundary is null ? "" : Text($"   boundary F1 {boundary.PerClass[c],6:F4}");
            Line($"  {names.Of(classes[c])} {m.PerClass[c],6:F4}{outline}");
        }
    }

    private static void Line(FormattableString text) => Console.WriteLine(Text(text));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
