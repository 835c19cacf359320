using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Metrics;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>eval</c>: the FCN paper's four metrics of an exported file.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        Argument<string> model = new("model") { Description = "Exported .onnx file" };
        Option<string> data = new("--data") { Description = "Folder in CamVid's, PASCAL VOC's or the images/ + masks/ layout, or 'synth'", DefaultValueFactory = _ => MixedDataset.Synth };
        Option<string> split = new("--split") { Description = "train, val or leave-out:DRIVE", DefaultValueFactory = _ => "val" };
        Option<string?> map = new("--map") { Description = ClassMap.Help };
        Option<string?> json = new("--json") { Description = "Where to write the figures" };
        Option<string?> report = new("--report") { Description = "Folder for a page: the worst pictures, the confusion matrix, plots" };
        Option<bool> video = new("--video") { Description = "The pictures are frames of one video, in order: steady the labels and count flicker" };
        Option<float> smooth = new("--smooth") { Description = "With --video: steadiness over time, 0 to 1, as in the app", DefaultValueFactory = _ => 0.5f };
        Option<bool> record = new("--record") { Description = "Write the scores into the model's own manifest" };
        Command c = new("eval", "Score an exported model on labelled pictures.") { model, data, split, map, video, smooth, json, report, record };
        c.SetAction(p => Run(p.GetValue(model)!, p.GetValue(data)!, p.GetValue(split)!, p.GetValue(map), p.GetValue(video) ? p.GetValue(smooth) : null, p.GetValue(json), p.GetValue(report), p.GetValue(record)));
        return c;
    }

    private static int Run(string model, string data, string split, string? map, float? smooth, string? json, string? report, bool record)
    {
        if (!File.Exists(model)) throw new UserError($"no file {model}: name an exported .onnx file");
        MixedDataset sets = MixedDataset.Parse(data, Split.Parse(split), map);
        using Evaluator evaluator = new(File.ReadAllBytes(model), model);
        if (smooth is not null && (report is not null || record)) throw new UserError("--report and --record are for single pictures: leave --video out");
        if (smooth is { } strength)
        {
            (ConfusionMatrix steady, double flicker, double truthFlicker) = evaluator.EvaluateVideo(sets.Parts[0], strength);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flicker {flicker:P3}, of the truth {truthFlicker:P3}, ratio {flicker / truthFlicker:F2}"));
            Print(evaluator, steady, null);
            AtomicFile.WriteJson(json, new { miou = steady.MeanIu, pixel_accuracy = steady.PixelAccuracy, mean_accuracy = steady.MeanAccuracy, fw_iou = steady.FrequencyWeightedIu, per_class = ByName(evaluator, steady.PerClass), flicker, truth_flicker = truthFlicker });
            return 0;
        }

        using EvalPage? page = report is null ? null : new EvalPage(evaluator.Manifest.Classes);
        using Scoreboard board = Scoreboard.Of(evaluator, sets.Parts, page is null ? null : page.Add);
        (ConfusionMatrix m, BoundaryScore boundary, SizeScore sizes) = (board.Matrix, board.Boundary, board.Sizes);
        (double small, double medium, double large) = sizes.Terciles;
        Print(evaluator, m, boundary);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"boundary F1 {boundary.Mean:F4}   IU of objects: small {small:F4}, medium {medium:F4}, large {large:F4} (from {sizes.Bounds.Medium} and {sizes.Bounds.Large} pixels)"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{evaluator.Manifest.Network}, {evaluator.Manifest.Parameters:N0} parameters, network {evaluator.MedianMilliseconds:F1} ms a picture (median)"));
        AtomicFile.WriteJson(json, new
        {
            miou = m.MeanIu,
            pixel_accuracy = m.PixelAccuracy,
            mean_accuracy = m.MeanAccuracy,
            fw_iou = m.FrequencyWeightedIu,
            per_class = ByName(evaluator, m.PerClass),
            boundary_f1 = boundary.Mean,
            boundary_f1_per_class = ByName(evaluator, boundary.PerClass),
            object_iu = new { small, medium, large },
            parameters = evaluator.Manifest.Parameters,
            network_ms = evaluator.MedianMilliseconds,
        });
        page?.Write(report!, $"{Path.GetFileName(model)} on {data}, {split}", m, boundary, sizes,
        [
            ("network", $"{evaluator.Manifest.Network}, {evaluator.Manifest.Parameters.ToString("N0", CultureInfo.InvariantCulture)} parameters"),
            ("mean IU", m.MeanIu.ToString("F4", CultureInfo.InvariantCulture)), ("pixel accuracy", m.PixelAccuracy.ToString("F4", CultureInfo.InvariantCulture)),
            ("mean accuracy", m.MeanAccuracy.ToString("F4", CultureInfo.InvariantCulture)), ("frequency-weighted IU", m.FrequencyWeightedIu.ToString("F4", CultureInfo.InvariantCulture)),
            ("boundary F1", boundary.Mean.ToString("F4", CultureInfo.InvariantCulture)), ("network, median ms a picture", evaluator.MedianMilliseconds.ToString("F1", CultureInfo.InvariantCulture)),
        ]);
        if (page is not null) Console.WriteLine($"wrote {Path.Combine(report!, "index.html")}");
        if (record) ScoreRecord.Write(model, $"{string.Join('+', sets.Parts.Select(s => s.Name))} {split}", InWords(evaluator, m, boundary));
        return 0;
    }

    private static void Print(Evaluator evaluator, ConfusionMatrix m, BoundaryScore? boundary)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mean IU {m.MeanIu:F4}   pixel accuracy {m.PixelAccuracy:F4}   mean accuracy {m.MeanAccuracy:F4}   frequency-weighted IU {m.FrequencyWeightedIu:F4}"));
        for (int c = 0; c < m.Classes; c++)
        {
            string outline = boundary is null ? "" : string.Create(CultureInfo.InvariantCulture, $"   boundary F1 {boundary.PerClass[c]:F4}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {evaluator.Manifest.Classes[c],-12} {m.PerClass[c]:F4}{outline}"));
        }
    }

    /// <summary>For the manifest; of two classes the second is the one that matters.</summary>
    private static string InWords(Evaluator evaluator, ConfusionMatrix m, BoundaryScore boundary)
    {
        IReadOnlyList<string> classes = evaluator.Manifest.Classes;
        string alone = classes.Count == 2 ? string.Create(CultureInfo.InvariantCulture, $", {classes[1]} {m.PerClass[1]:F4}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"mean IU {m.MeanIu:F4}{alone}, pixel accuracy {m.PixelAccuracy:F4}, boundary F1 {boundary.Mean:F4}");
    }

    /// <summary>By class name; null for a class that is nowhere.</summary>
    private static Dictionary<string, double?> ByName(Evaluator evaluator, IReadOnlyList<double> values)
        => evaluator.Manifest.Classes.Zip(values).ToDictionary(c => c.First, c => double.IsNaN(c.Second) ? (double?)null : c.Second, StringComparer.Ordinal);
}
