using System.Globalization;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>Names and colours of a third-party model's classes, by label.</summary>
/// <param name="Names">One per class.</param>
/// <param name="Palette">0xRRGGBB, one per class.</param>
/// <param name="Set">Whose names they are, should they have been guessed by their number; null if not.</param>
internal sealed record ThirdPartyClasses(IReadOnlyList<string> Names, IReadOnlyList<int> Palette, string? Set)
{
    /// <param name="path">The model's file, for messages.</param>
    /// <param name="output">What it returns.</param>
    /// <param name="hints">Names and colours, if they are given.</param>
    /// <exception cref="UserError">Their number is not the model's, or a colour does not parse.</exception>
    public static ThirdPartyClasses Read(string path, ThirdPartyOutput output, ModelHints hints)
    {
        (string? set, IReadOnlyList<string> names) = hints.Labels is { } given ? (null, Distinct(given)) : DefaultNames(output);
        if (names.Count != output.Classes) throw new UserError($"{path} has {output.Classes} classes, but {names.Count} labels are given");
        IReadOnlyList<int> palette = hints.Colors is { } colors
            ? [.. colors.Select(Color)]
            : ModelManifest.DefaultPalette(output.Classes);
        return palette.Count >= output.Classes
            ? new ThirdPartyClasses(names, [.. palette.Take(output.Classes)], set)
            : throw new UserError($"{path} has {output.Classes} classes, but {palette.Count} colours are given");
    }

    /// <summary>Of two classes the background is first, as all published mattes have it.</summary>
    private static (string? Set, IReadOnlyList<string> Names) DefaultNames(ThirdPartyOutput output)
    {
        if (output.Classes == 2) return (null, ["background", "foreground"]);
        if (KnownClasses.Of(output.Classes) is { } known) return (known.Set, known.Names);
        return (null, [.. Enumerable.Range(0, output.Classes).Select(i => $"class{i}")]);
    }

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
