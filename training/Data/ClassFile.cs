using System.Globalization;

namespace RealtimeSeg.Training.Data;

/// <summary>
/// Classes of a user's own, a line each in the order of the label values: NAME, or R G B NAME for masks that are coded by colour. Lines of
/// one name are one class; those named void, ignore or unlabelled are ignored, as is the value 255. Empty lines and those that begin
/// with # followed by a space are left out.
/// </summary>
public sealed class ClassFile
{
    /// <summary>The file that is read without being named, in a set's folder.</summary>
    public const string DefaultName = "classes.txt";

    public const string Help =
        "Class file for masks of other classes, a line each: NAME by label value, or R G B NAME for masks coded by colour "
        + $"[default: {DefaultName} in the set's folder, if there is one]";

    private const int MostClasses = 255;
    private static readonly string[] Ignored = ["void", "ignore", "ignored", "unlabeled", "unlabelled"];

    private ClassFile(string path, IReadOnlyList<string?> names, IReadOnlyDictionary<int, byte>? valueOf)
        => (Path, NamesByValue, ValueOf) = (path, names, valueOf);

    public string Path { get; }

    /// <summary>The class that each label value stands for; null if it is ignored.</summary>
    public IReadOnlyList<string?> NamesByValue { get; }

    /// <summary>Label values by colour, 0xRRGGBB; null for masks of values.</summary>
    public IReadOnlyDictionary<int, byte>? ValueOf { get; }

    /// <summary>The file that is named, or the one in a set's folder; null for neither.</summary>
    /// <exception cref="UserError">It cannot be read, or has no classes.</exception>
    public static ClassFile? For(string root, string? named)
    {
        if (named is not null) return Read(named);
        string inside = System.IO.Path.Combine(root, DefaultName);
        return File.Exists(inside) ? Read(inside) : null;
    }

    /// <exception cref="UserError">It cannot be read, or has no classes.</exception>
    public static ClassFile Read(string path)
    {
        string[] lines;
        try
        {
            lines = [.. File.ReadLines(path).Select(l => l.Trim()).Where(l => l.Length > 0 && !IsComment(l))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read the class file {path} ({UserError.OneLine(e)}): name a text file, a class per line", e);
        }

        (int? Color, string Name)[] entries = [.. lines.Select(l => Entry(l, path))];
        if (entries.Length is 0 or > MostClasses)
            throw new UserError($"{path} has {entries.Length} lines: write 1 to {MostClasses} classes");
        bool colored = entries[0].Color is not null;
        if (Array.Exists(entries, e => e.Color is null == colored))
            throw new UserError($"{path}: write R G B before every name, or before none");
        string?[] names = [.. entries.Select(e => Ignored.Contains(e.Name, StringComparer.OrdinalIgnoreCase) ? null : e.Name)];
        if (names.OfType<string>().Distinct(StringComparer.Ordinal).Count() < 2) throw new UserError($"{path}: name two classes or more");
        return new ClassFile(path, names, colored ? Colors(entries, path) : null);
    }

    private static bool IsComment(string line) => line.StartsWith("# ", StringComparison.Ordinal);

    private static Dictionary<int, byte> Colors((int? Color, string Name)[] entries, string path)
    {
        Dictionary<int, byte> valueOf = [];
        for (int i = 0; i < entries.Length; i++)
        {
            int color = entries[i].Color!.Value;
            if (!valueOf.TryAdd(color, (byte)i))
                throw new UserError($"{path}: '{entries[i].Name}' has the colour of another line: give each its own");
        }

        return valueOf;
    }

    /// <summary>A line: three numbers and a name, or a name alone, which may hold spaces but no commas.</summary>
    private static (int? Color, string Name) Entry(string line, string path)
    {
        string[] words = line.Split((char[])[' ', '\t', ','], StringSplitOptions.RemoveEmptyEntries);
        int? color = words.Length > 3 ? Color(words) : null;
        string name = string.Join(' ', color is null ? words : words[3..]);
        bool isNumber = words.Length == 3 && Color(words) is not null;
        return isNumber ? throw new UserError($"{path}: '{line}' has a colour without a name: write R G B NAME") : (color, name);
    }

    private static int? Color(string[] words)
    {
        int color = 0;
        foreach (string word in words.Take(3))
        {
            if (!byte.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out byte channel)) return null;
            color = (color << 8) | channel;
        }

        return color;
    }
}
