using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Inference.ThirdParty;

/// <summary>A model that this program did not make, understood: how its picture goes in and what comes out.</summary>
/// <param name="Input">Name of the float input.</param>
/// <param name="Output">Name of the output that is read.</param>
/// <param name="Nhwc">Channels last, in and out.</param>
/// <param name="Rgb">Red first.</param>
/// <param name="Mean">In 0–255, in the order of the channels.</param>
/// <param name="Std">Likewise.</param>
/// <param name="Kind">logits, probabilities, matte or labels.</param>
public sealed record ThirdPartyModel(string Input, string Output, bool Nhwc, bool Rgb, float[] Mean, float[] Std, string Kind)
{
    public const string Logits = "logits", Probabilities = "probabilities", Matte = "matte", LabelMap = "labels";
    private static readonly float[] ImageNetMean = [123.675f, 116.28f, 103.53f], ImageNetStd = [58.395f, 57.12f, 57.375f];

    /// <summary>Reads a model's inputs and outputs, with hints for what they leave open.</summary>
    /// <exception cref="UserError">Something cannot be resolved; the message lists inputs and outputs.</exception>
    public static (ThirdPartyModel Model, ModelManifest Manifest) Resolve(InferenceSession session, string path, ModelHints hints, (int Width, int Height)? size)
    {
        string has = $"inputs {Describe(session.InputMetadata)}; outputs {Describe(session.OutputMetadata)}";
        UserError Unclear(string what) => new($"{path}: {what} (it has {has}); say it in {Path.ChangeExtension(Path.GetFileName(path), ".json")} or with --layout, --mean, --std, --color, --labels, --colors, --size");

        if (session.InputMetadata.Count != 1) throw Unclear("a segmentation model has one input, a picture");
        (string input, NodeMetadata picture) = session.InputMetadata.First();
        int[] d = picture.Dimensions;
        if (picture.ElementDataType != TensorElementType.Float || d.Length != 4) throw Unclear("its input is no float picture of four dimensions");
        bool nhwc = hints.Layout?.ToLowerInvariant() switch
        {
            "nchw" => false,
            "nhwc" => true,
            null => d[1] == 3 ? false : d[3] == 3 ? true : throw Unclear("neither its second nor its last dimension is 3, so the layout is unclear"),
            string other => throw new UserError($"--layout {other}: choose nchw or nhwc"),
        };
        (int h, int w) = nhwc ? (d[1], d[2]) : (d[2], d[3]);
        (int Width, int Height) working = w > 0 && h > 0 ? (w, h) : size ?? ParseSize(hints.Size) ?? throw Unclear("its input has no fixed size");
        bool fixedSize = w > 0 && h > 0;
        Fit fit = hints.Fit is { } wanted ? FrameGeometry.ParseFit(wanted) : fixedSize ? Fit.Stretch : Fit.Keep;
        if (fixedSize && fit == Fit.Keep) throw new UserError($"fit keep: {path} takes {w}×{h} only; choose stretch, letterbox or crop");
        if (fixedSize && size is { } asked && asked != working) throw new UserError($"--size {asked.Width}x{asked.Height}: {path} takes {w}×{h} only");

        if (session.OutputMetadata.Count == 0) throw Unclear("it has no output");
        (string output, NodeMetadata scores) = session.OutputMetadata.First();
        int[] o = scores.Dimensions;
        bool integers = scores.ElementDataType is TensorElementType.Int64 or TensorElementType.Int32 or TensorElementType.UInt8;
        if (!integers && scores.ElementDataType != TensorElementType.Float) throw Unclear("its first output is neither floats nor labels");
        if (o.Length is not (3 or 4)) throw Unclear("its first output has neither three nor four dimensions");
        int channels = integers || o.Length == 3 ? 1 : nhwc ? o[^1] : o[1];
        if (channels < 1 && hints.Labels is null) throw Unclear("the number of classes of its first output is unclear");
        string kind = hints.Output ?? (integers ? LabelMap : channels == 1 ? Matte : Logits);
        if (kind is not (Logits or Probabilities or Matte or LabelMap)) throw new UserError($"output '{kind}': choose {Logits}, {Probabilities}, {Matte} or {LabelMap}");
        int classes = kind == Matte ? 2 : kind == LabelMap ? hints.Labels?.Count ?? throw Unclear("it gives labels, but not how many classes there are") : channels > 0 ? channels : hints.Labels!.Count;
        if (classes is < 2 or > 255) throw Unclear($"{classes} classes: 2 to 255 can be shown");

        IReadOnlyList<string> names = hints.Labels ?? (kind == Matte ? ["background", "foreground"] : [.. Enumerable.Range(0, classes).Select(i => $"class{i}")]);
        if (names.Count != classes) throw new UserError($"{path} has {classes} classes, but {names.Count} labels are given");
        IReadOnlyList<int> palette = hints.Colors is { } colors ? [.. colors.Select(Color)] : ModelManifest.DefaultPalette(classes);
        if (palette.Count < classes) throw new UserError($"{path} has {classes} classes, but {palette.Count} colours are given");
        bool rgb = (hints.Color?.ToLowerInvariant() ?? "rgb") switch { "rgb" => true, "bgr" => false, string other => throw new UserError($"--color {other}: choose rgb or bgr") };
        ModelManifest manifest = new() { Classes = names, Palette = [.. palette.Take(classes)], Size = working, Fit = fit, Network = "foreign model" };
        return (new ThirdPartyModel(input, output, nhwc, rgb, Three("mean", hints.Mean) ?? ImageNetMean, Three("std", hints.Std) ?? ImageNetStd, kind), manifest);
    }

    /// <summary>Its tensors, for messages.</summary>
    public static string Describe(IReadOnlyDictionary<string, NodeMetadata> values)
        => string.Join(", ", values.Select(v => $"{v.Key} {v.Value.ElementDataType}[{string.Join(',', v.Value.Dimensions)}]"));

    private static float[]? Three(string name, float[]? values) => values is null or { Length: 3 } ? values
        : values.Length == 1 ? [values[0], values[0], values[0]]
        : throw new UserError($"{name}: give one number or three in 0–255");

    private static int Color(string text) => text.TrimStart('#') is { Length: 6 } hex && int.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int rgb) ? rgb : throw new UserError($"colour '{text}': write RRGGBB");

    private static (int, int)? ParseSize(string? text)
    {
        if (text is null) return null;
        string[] parts = text.Split('x');
        return parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int w) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int h) && w >= 32 && h >= 32
            ? (w, h) : throw new UserError($"size '{text}': write WIDTHxHEIGHT, at least 32x32");
    }
}
