using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
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
    public int Images { get; init; } = CalibrationImages.UsualCount;

    public string? Map { get; init; }

    /// <summary>How third-party models are read.</summary>
    public ModelReading Reading { get; init; } = new();
}

/// <summary><c>quantize</c>: a model in 8-bit integers, calibrated on images of the kind it is for.</summary>
internal static class QuantizeCommand
{
    /// <summary>Images that both models label in the end.</summary>
    private const int Compared = 8;

    /// <summary>Share of pixels below which a note says that the integers may not be worth it.</summary>
    private const double LeastAgreement = 0.9;

    internal static IReadOnlyList<OptionRow<QuantizeSettings>> Rows { get; } =
    [
        Overwriting.Row<QuantizeSettings>(s => s with { Overwrite = true }),
        Row.Value("--data", "Images to calibrate on: data sets as for training, whose labels are not used, folders of images, or videos",
            s => s.Data, (s, v) => s with { Data = v }),
        Row.Value("--pictures", "How many of these images to calibrate on", s => s.Images, (s, v) => s with { Images = v },
            new Limit<int>(v => v >= 1, "calibration needs one at least")),
        Row.Value("--map", ClassMap.Help, s => s.Map, (s, v) => s with { Map = v }),
        .. ReadingOptions.Rows<QuantizeSettings>(s => s.Reading, (s, v) => s with { Reading = v }),
    ];

    public static Command Create()
    {
        Argument<string> from = new("model") { Description = "An .onnx file, exported here or a third-party one" };
        Argument<string> to = new("quantized") { Description = "The .onnx file to write" };
        OptionTable<QuantizeSettings> options = new(new QuantizeSettings(), Rows);
        Command c = new("quantize", "Turn a model into 8-bit integers.") { from, to };
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
        OutputName.CheckKind(to, "", ".onnx");
        string[] read = [from, .. Sidecar.Files(from), .. Parse.List(s.Data).Where(File.Exists)];
        OutputName.Check([to], read, s.Overwrite);
        using Evaluator model = Evaluator.Load(from, s.Reading, Console.WriteLine);
        string? sidecar = model.ThirdParty is null ? null : Path.ChangeExtension(to, ".json");
        OutputName.Check([sidecar], read, s.Overwrite);
        CalibrationImages images = CalibrationImages.Open(s.Data, s.Map);
        string name = model.ThirdParty?.Input ?? ModelManifest.FrameInput;
        IEnumerable<OrtValue> frames = images.Take(s.Images).Select(model.NetworkInput);
        (ModelProto result, int integer, int convolutions) = Quantizer.Quantize(from, name, frames);
        ModelManifest manifest = model.Manifest with
        {
            Network = model.Manifest.Network + " in 8 bits",
            Recipe = [.. model.Manifest.Recipe, Recipe.Quantize(s.Data, s.Map, s.Images)],
            MeanIu = null, // that of the integers is not known yet
            Scores = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        if (model.ThirdParty is null) OnnxWriter.Describe(result, manifest.ToMetadata());
        to = AtomicFile.Write(to, result.ToByteArray(), s.Overwrite);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{to}: {manifest.Network}, {new FileInfo(to).Length / 1e6:F1} MB\n{integer} of {convolutions} convolutions are integer"));
        if (sidecar is not null)
        {
            AtomicFile.WriteJson(sidecar, Hints(model));
            Console.WriteLine($"{sidecar}: how to read it, as it was read here");
        }

        using Evaluator integers = Evaluator.Load(to, s.Reading, _ => { });
        PrintAgreement(model, integers, images.Take(Math.Min(Compared, s.Images)));
    }

    /// <summary>How much of a few images both models label alike: what integers cost, as far as it can be told without the truth.</summary>
    private static void PrintAgreement(Evaluator model, Evaluator integers, IEnumerable<Mat> images)
    {
        int count = 0;
        double same = 0;
        foreach (Mat image in images)
        {
            byte[] a = model.LabelsAsShown(image), b = integers.LabelsAsShown(image);
            same += a.Zip(b).Count(p => p.First == p.Second) / (double)a.Length;
            count++;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"both models give {same / count:P1} of the pixels of {count} of these images the same class"));
        if (same / count < LeastAgreement)
            Console.WriteLine("note: that is little: calibrate on more images of the kind that it is for, and compare both with eval");
    }

    /// <summary>All that was found out or given about a third-party model, under the names that its sidecar has.</summary>
    private static Dictionary<string, JsonElement> Hints(Evaluator model)
    {
        ModelManifest m = model.Manifest;
        InputScaling scaling = model.ThirdParty!.Scaling;
        Dictionary<string, JsonElement> hints = new(StringComparer.Ordinal)
        {
            ["layout"] = AtomicFile.ToJson(model.ThirdParty.Nhwc ? "nhwc" : "nchw"),
            ["color"] = AtomicFile.ToJson(scaling.Rgb ? "rgb" : "bgr"),
            ["mean"] = AtomicFile.ToJson(scaling.Mean),
            ["std"] = AtomicFile.ToJson(scaling.Deviation),
            ["output"] = AtomicFile.ToJson(model.ThirdParty.Kind.ToString().ToLowerInvariant()),
            ["fit"] = AtomicFile.ToJson(m.Fit.ToString().ToLowerInvariant()),
            ["labels"] = AtomicFile.ToJson(m.Classes),
            ["colors"] = AtomicFile.ToJson(m.Palette.Select(c => c.ToString("X6", CultureInfo.InvariantCulture))),
        };
        if (!model.ThirdParty.TakesOneSize)
            hints["size"] = AtomicFile.ToJson(string.Create(CultureInfo.InvariantCulture, $"{m.Size.Width}x{m.Size.Height}"));
        return hints;
    }
}
