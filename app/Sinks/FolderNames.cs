using System.Globalization;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sinks;

/// <summary>
/// Names of a run's images in a folder: those of the image files that its frames are from, folders included, or else their numbers. Images
/// that differ in nothing but their extension get a number beside the name.
/// </summary>
/// <param name="folder">Where the images go.</param>
/// <param name="extension">Of the images written, with its dot.</param>
internal sealed class FolderNames(string folder, string extension)
{
    private const int Digits = 6;

    private static readonly string Format = string.Create(CultureInfo.InvariantCulture, $"D{Digits}");

    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    /// <summary>The names of a folder's images if they have numbers, with a place for one.</summary>
    public static string Numbered(string folder, string extension)
        => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"%0{Digits}d{extension}"));

    /// <summary>The names of a folder's images that are made of image files.</summary>
    /// <param name="folder">Where the images go.</param>
    /// <param name="extension">Of the images written, with its dot.</param>
    /// <param name="pictures">Names within what the source reads.</param>
    public static IReadOnlyList<string> Of(string folder, string extension, IEnumerable<string> pictures)
    {
        FolderNames names = new(folder, extension);
        return [.. pictures.Select(p => names.Of(p).Name)];
    }

    /// <summary>The name of a frame's image, and whether it is the name of an earlier frame of the same file.</summary>
    public (string Name, bool Again) Of(FrameSlot slot) => slot.Picture is { } picture
        ? Of(picture)
        : (Path.Combine(folder, slot.Index.ToString(Format, CultureInfo.InvariantCulture) + extension), false);

    /// <summary>The same for an image file, by its name within what the source reads.</summary>
    public (string Name, bool Again) Of(string picture)
    {
        if (_names.TryGetValue(picture, out string? known)) return (known, true);
        string plain = Path.Combine(folder, Path.ChangeExtension(picture, extension)), name = plain;
        for (int n = 2; !_taken.Add(name); n++) name = OutputName.Suffixed(plain, string.Create(CultureInfo.InvariantCulture, $"-{n}"));
        return (_names[picture] = name, false);
    }
}
