using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Metrics;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Runs;

namespace RealtimeSeg.Training.Commands;

/// <summary><c>quantize</c>: an exported model in 8-bit integers, calibrated on pictures of the kind it will see.</summary>
internal static class QuantizeCommand
{
    public static Command Create()
    {
        Argument<string> from = new("model") { Description = "Exported .onnx file" };
        Argument<string> to = new("quantized") { Description = "The .onnx file to write" };
        Option<string> data = new("--data") { Description = "Pictures to calibrate on, as for training; their labels are not looked at", DefaultValueFactory = _ => MixedDataset.Synth };
        Option<int> pictures = new("--pictures") { Description = "How many of them", DefaultValueFactory = _ => 64 };
        Option<string?> map = new("--map") { Description = ClassMap.Help };
        Command c = new("quantize", "Turn an exported model into 8-bit integers.") { from, to, data, pictures, map };
        c.SetAction(p => Run(p.GetValue(from)!, p.GetValue(to)!, p.GetValue(data)!, p.GetValue(pictures), p.GetValue(map)));
        return c;
    }

    private static int Run(string from, string to, string data, int pictures, string? map)
    {
        if (pictures < 1) throw new UserError($"--pictures {pictures}: calibration needs one at least");
        if (!File.Exists(from)) throw new UserError($"no file {from}: name an exported .onnx file");
        ModelManifest manifest;
        using (Evaluator evaluator = new(File.ReadAllBytes(from), from)) manifest = evaluator.Manifest;
        IReadOnlyList<IDataset> sets = MixedDataset.Parse(data, Split.Parse("train"), map).Parts;
        (ModelProto model, int integer, int convolutions) = Quantizer.Quantize(from, Pictures(sets, pictures, manifest));
        manifest = manifest with
        {
            Network = manifest.Network + " in 8 bits",
            Recipe = [.. manifest.Recipe, Recipe.Quantize(data, map, pictures)],
            MeanIu = null, // the integers have yet to be scored
            Scores = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        OnnxWriter.Describe(model, manifest.ToMetadata());
        AtomicFile.Write(to, model.ToByteArray());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{to}: {manifest.Network}, {integer} of {convolutions} convolutions are integer, {new FileInfo(to).Length / 1e6:F1} MB"));
        return 0;
    }

    /// <summary>Pictures from all over the sets, as the network sees them.</summary>
    private static IEnumerable<Mat> Pictures(IReadOnlyList<IDataset> sets, int count, ModelManifest manifest)
    {
        int all = sets.Sum(s => s.Count), wanted = Math.Min(count, all);
        for (int i = 0; i < wanted; i++)
        {
            int index = (int)((long)i * all / wanted), set = 0;
            while (index >= sets[set].Count) index -= sets[set++].Count;
            Mat image = sets[set].Load(index).Image;
            using Mat seen = Evaluator.Fitted(image, FrameGeometry.For(image.Width, image.Height, manifest.Size, manifest.Fit));
            yield return seen;
        }
    }
}
