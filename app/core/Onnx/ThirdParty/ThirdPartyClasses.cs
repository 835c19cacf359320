using System.Globalization;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>Names and colours of a third-party model's classes, by label.</summary>
/// <param name="Names">One per class.</param>
/// <param name="Palette">0xRRGGBB, one per class.</param>
internal sealed record ThirdPartyClasses(IReadOnlyList<string> Names, IReadOnlyList<int> Palette)
{
    /// <param name="path">The model's file, for messages.</param>
    /// <param name="output">What it returns.</param>
    /// <param name="hints">Names and colours, if they are given.</param>
    /// <exception cref="UserError">Their number is not the model's, or a colour does not parse.</exception>
    public static ThirdPartyClasses Read(string path, ThirdPartyOutput output, ModelHints hints)
    {
        IReadOnlyList<string> names = hints.Labels is { } given ? Distinct(given) : DefaultNames(output);
        if (names.Count != output.Classes) throw new UserError($"{path} has {output.Classes} classes, but {names.Count} labels are given");
        IReadOnlyList<int> palette = hints.Colors is { } colors
            ? [.. colors.Select(Color)]
            : ModelManifest.DefaultPalette(output.Classes);
        return palette.Count >= output.Classes
            ? new ThirdPartyClasses(names, [.. palette.Take(output.Classes)])
            : throw new UserError($"{path} has {output.Classes} classes, but {palette.Count} colours are given");
    }

    private static IReadOnlyList<string> DefaultNames(ThirdPartyOutput output) => output.Kind == OutputKind.Matte
        ? ["background", "foreground"]
        : [.. Enumerable.Range(0, output.Classes).Select(i => $"class{i}")];

    /// <summary>Names that are there twice get a number: figures are by name.</summary>
    private static IReadOnlyList<string> Distinct(IReadOnlyList<string> names)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        return [.. names.Select((name, i) => taken.Add(name ?? "") ? name ?? "" : $"{name} {i}")];
    }

    private static int Color(string text)
    {
        string hex = text.TrimStart('#');
        return hex.Length == 6 && int.TryParse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int rgb)
            ? rgb
            : throw new UserError($"colour '{text}': write RRGGBB");
    }
}
