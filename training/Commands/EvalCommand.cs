using System.CommandLine;
using System.Globalization;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Run;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>eval</c>: the FCN paper's four metrics of an exported file.</summary>
internal static class EvalCommand
{
    public static Command Create()
    {
        Argument<string> model = new("model") { Description = "Exported .onnx file" };
        Option<string> data = new("--data") { Description = "Folder in CamVid's, PASCAL VOC's or the images/ + masks/ layout, or 'synth'", DefaultValueFactory = _ => MixedDataset.Synth };
        Option<string> split = new("--split") { Description = "train, val or leave-out:DRIVE", DefaultValueFactory = _ => "val" };
        Option<string?> map = new("--map") { Description = "Class map: voc-person makes it person against the rest" };
        Option<string?> json = new("--json") { Description = "Where to write the figures" };
        Option<bool> video = new("--video") { Description = "The pictures are frames of one video, in order: steady the labels and count flicker" };
        Option<float> smooth = new("--smooth") { Description = "With --video: steadiness over time, 0 to 1, as in the app", DefaultValueFactory = _ => 0.5f };
        Command c = new("eval", "Score an exported model on labelled pictures.") { model, data, split, map, video, smooth, json };
        c.SetAction(p => Run(p.GetValue(model)!, p.GetValue(data)!, p.GetValue(split)!, p.GetValue(map), p.GetValue(video) ? p.GetValue(smooth) : null, p.GetValue(json)));
        return c;
    }

    private static int Run(string model, string data, string split, string? map, float? smooth, string? json)
    {
        if (!File.Exists(model)) throw new UserError($"no file {model}: name an exported .onnx file");
        MixedDataset sets = MixedDataset.Parse(data, Split.Parse(split), map);
        using Evaluator evaluator = new(File.ReadAllBytes(model), model);
        (ConfusionMatrix m, double? flicker, double? truthFlicker) = smooth is { } strength
            ? evaluator.EvaluateVideo(sets.Parts[0], strength)
            : (evaluator.Evaluate(sets.Parts), default(double?), default(double?));
        if (flicker is not null) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"flicker {flicker:P3}, of the truth {truthFlicker:P3}, ratio {flicker / truthFlicker:F2}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"mean IU {m.MeanIu:F4}   pixel accuracy {m.PixelAccuracy:F4}   mean accuracy {m.MeanAccuracy:F4}   frequency-weighted IU {m.FrequencyWeightedIu:F4}"));
        Dictionary<string, double?> perClass = evaluator.Manifest.Classes.Zip(m.PerClass).ToDictionary(c => c.First, c => double.IsNaN(c.Second) ? (double?)null : c.Second, StringComparer.Ordinal);
        foreach ((string name, double? iu) in perClass) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-12} {iu:F4}"));
        AtomicFile.WriteJson(json, new { miou = m.MeanIu, pixel_accuracy = m.PixelAccuracy, mean_accuracy = m.MeanAccuracy, fw_iou = m.FrequencyWeightedIu, per_class = perClass, flicker, truth_flicker = truthFlicker });
        return 0;
    }
}
