using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Street;

/// <summary>CamVid's eleven classes in the order of its labels, with the colours that its authors give them (R, G, B).</summary>
public static class StreetClasses
{
    public const byte Sky = 0, Building = 1, Pole = 2, Road = 3, Pavement = 4, Tree = 5;
    public const byte Sign = 6, Fence = 7, Car = 8, Pedestrian = 9, Bicyclist = 10;

    public static IReadOnlyList<string> Names { get; } =
        ["sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist"];

    /// <summary>0xRRGGBB for each class.</summary>
    public static IReadOnlyList<int> Palette { get; } =
        [0x808080, 0x800000, 0xC0C080, 0x804080, 0x3C28DE, 0x808000, 0xC08080, 0x404080, 0x400080, 0x404000, 0x0080C0];

    /// <summary>The colours of any classes: these if they are the street's, distinct ones otherwise.</summary>
    public static IReadOnlyList<int> PaletteFor(IReadOnlyList<string> classes)
        => classes.SequenceEqual(Names, StringComparer.Ordinal) ? Palette : ModelManifest.DefaultPalette(classes.Count);
}
