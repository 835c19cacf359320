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
using Row = RealtimeSeg.Core.Shell.OptionRows<RealtimeSeg.Training.Commands.QuantizeSettings>;

namespace RealtimeSeg.Training.Commands;

/// <summary>The command line of <c>quantize</c>.</summary>
internal sealed record QuantizeSettings
{
    /// <summary>Whether an existing model may be replaced.</summary>
    public bool Overwrite { get; init; }

    public string Data { get; init; } = MixedDataset.Synth;

    /// <summary>How many images to calibrate on.</summary>
    public int Images { get; init; } = 64;

    public string? Map { get; init; }
}

/// <summary><c>quantize</c>: an exported model in 8-bit integers, calibrated on images of the kind it is for.</summary>
internal static class QuantizeCommand
{
    internal static IReadOnlyList<OptionRow<QuantizeSettings>> Rows { get; } =
    [
        Overwriting.Row<QuantizeSettings>(s => s with { Overwrite = true }),
        Row.Value("--data", "Images to calibrate on, as for training; their labels are not used",
            s => s.Data, (s, v) => s with { Data = v }),
        Row.Value("--pictures", "How many of these images to calibrate on", s => s.Images, (s, v) => s with { Images = v },
            new Limit<int>(v => v >= 1, "calibration needs one at least")),
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
    ];

    public static Command Create()
    {
        Argument<string> from = new("model") { Description = "Exported .onnx file" };
        Argument<string> to = new("quantized") { Description = "The .onnx file to write" };
        OptionTable<QuantizeSettings> options = new(new QuantizeSettings(), Rows);
        Command c = new("quantize", "Turn an exported model into 8-bit integers.") { from, to };
        options.AddTo(c);
        c.SetAction(p =>
        {
            Run(p.GetValue(from)!, p.GetValue(to)!, options.Read(p));
            return 0;
        });
        return c;
    }

    private static void Run(string from, string to, QuantizeSettings s)
    {
        OutputName.Check([to], [from], s.Overwrite);
        OutputName.CheckKind(to, "", ".onnx");
        ModelManifest manifest = ManifestOf(from);
        MixedDataset sets = MixedDataset.Parse(s.Data, new Split(Training: true), s.Map);
        (ModelProto model, int integer, int convolutions) = Quantizer.Quantize(from, Images(sets.Parts, s.Images, manifest));
        manifest = manifest with
        {
            Network = manifest.Network + " in 8 bits",
            Recipe = [.. manifest.Recipe, Recipe.Quantize(s.Data, s.Map, s.Images)],
            MeanIu = null, // that of the integers is not known yet
            Scores = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        OnnxWriter.Describe(model, manifest.ToMetadata());
        to = AtomicFile.Write(to, model.ToByteArray(), s.Overwrite);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{to}: {manifest.Network}, {integer} of {convolutions} convolutions are integer, {new FileInfo(to).Length / 1e6:F1} MB"));
    }

    private static ModelManifest ManifestOf(string file)
    {
        if (!File.Exists(file)) throw new UserError($"no file {file}: name an exported .onnx file");
        using Evaluator evaluator = new(File.ReadAllBytes(file), file);
        return evaluator.Manifest;
    }

    /// <summary>Images from all over the sets, as the network sees them.</summary>
    internal static IEnumerable<Mat> Images(IReadOnlyList<IDataset> sets, int count, ModelManifest manifest)
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
