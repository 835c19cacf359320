using System.Globalization;
using System.Text.RegularExpressions;

namespace RealtimeSeg.Core.Shell;

/// <summary>Names of files to write: with the time in them, and such that nothing is overwritten.</summary>
public static partial class OutputName
{
    /// <summary>Whether a name has places for the time: %Y %m %d %H %M %S, of which %d alone would be a number.</summary>
    public static bool HasTime(string path) => TimeWithoutDay().IsMatch(path);

    /// <summary>The name with a time in its places, as ffmpeg and date(1) write it; a name without places as it is.</summary>
    public static string At(string path, DateTimeOffset time) => !HasTime(path) ? path : Time().Replace(path, place =>
    {
        string format = place.Value[1] switch { 'Y' => "yyyy", 'm' => "MM", 'd' => "dd", 'H' => "HH", 'M' => "mm", _ => "ss" };
        return time.ToString(format, CultureInfo.InvariantCulture);
    });

    /// <summary>The name, or NAME-2.EXT and so on if it is taken.</summary>
    public static string Free(string path)
    {
        string free = path;
        for (int n = 2; Path.Exists(free); n++) free = Suffixed(path, string.Create(CultureInfo.InvariantCulture, $"-{n}"));
        return free;
    }

    /// <summary>NAME and the suffix before its extension.</summary>
    public static string Suffixed(string path, string suffix) => Path.Combine(
        Path.GetDirectoryName(path) ?? "", $"{Path.GetFileNameWithoutExtension(path)}{suffix}{Path.GetExtension(path)}");

    /// <summary>Refuses outputs that would destroy each other: two names of one file, or of numbered files that can be the same.</summary>
    /// <exception cref="UserError">Two are refused.</exception>
    public static void RefuseTwins(IEnumerable<string> outputs)
    {
        List<(FileIdentity? Folder, string Name, string Output)> places = [];
        foreach (string output in outputs.Where(o => !FileIdentity.IsSpecial(o)))
        {
            (FileIdentity? folder, string name) = PlaceOf(output);
            string? twin = places.Find(p => p.Folder == folder && NumberedName.Overlap(p.Name, name)).Output;
            string why = twin == output ? "it is named twice" : $"{twin} is the same";
            if (twin is not null) throw UserError.CannotWrite(output, $"{why}; give each output its own name");
            places.Add((folder, name, output));
        }
    }

    /// <summary>Refuses to write what exists or is read. Devices, pipes and sockets may be written.</summary>
    /// <param name="outputs">Every file that may be written; null stands for none.</param>
    /// <param name="inputs">Every file that is read.</param>
    /// <param name="overwrite">Whether existing files may be replaced, if they are not read.</param>
    /// <exception cref="UserError">A file is there already, or is an input.</exception>
    public static void Check(IEnumerable<string?> outputs, IEnumerable<string> inputs, bool overwrite)
    {
        Dictionary<FileIdentity, string> read = [];
        foreach (string input in inputs)
        {
            if (FileIdentity.Of(input) is { IsRegular: true } file) read[file] = input;
        }

        foreach (string output in outputs.OfType<string>())
        {
            if (output.StartsWith("file:", StringComparison.Ordinal)) throw UserError.CannotWrite(output, "name the file without file:");
            if (FileIdentity.IsSpecial(output)) continue;
            if (Directory.Exists(output)) throw UserError.CannotWrite(output, "it is a folder; name a file");
            if (FileIdentity.Of(output) is not { IsRegular: true } file) continue;
            if (FileIdentity.IsDescriptor(output)) throw UserError.CannotWrite(output, "it leads to a file; name that file");
            if (read.TryGetValue(file, out string? input))
                throw UserError.CannotWrite(output, $"this command reads it{(input == output ? "" : $" as {input}")}; name another file");
            if (!overwrite) throw UserError.CannotWrite(output, "it exists; name another file, or add --overwrite (-y)");
        }
    }

    /// <summary>Refuses a name that ends like another kind of file: with <c>-y</c>, a slip would replace a model or a page.</summary>
    /// <param name="output">The file that may be written; null for none.</param>
    /// <param name="option">The option that names it, or nothing.</param>
    /// <param name="extensions">What its name may end in; devices and pipes are exempt.</param>
    /// <exception cref="UserError">It ends otherwise.</exception>
    public static void CheckKind(string? output, string option, params string[] extensions)
    {
        if (output is null || FileIdentity.IsSpecial(output)) return;
        if (Array.Exists(extensions, e => output.EndsWith(e, StringComparison.OrdinalIgnoreCase))) return;
        throw new UserError($"{option} {output}: name a {string.Join(" or ", extensions)} file".TrimStart());
    }

    /// <summary>Refuses a name whose folder cannot be written, or made; makes nothing itself.</summary>
    /// <exception cref="UserError">It is refused.</exception>
    public static void CheckFolder(string output)
    {
        if (FileIdentity.IsSpecial(output)) return;
        string folder = Path.GetFullPath(output);
        do folder = Path.GetDirectoryName(folder) ?? "/";
        while (folder != "/" && !Path.Exists(folder));
        if (!Directory.Exists(folder)) throw UserError.CannotWrite(output, $"{folder} is a file; choose a folder you may write to");
        try
        {
            File.Delete(TemporaryFile.Beside(Path.Combine(folder, ".rtseg")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(output, e);
        }
    }

    /// <summary>The nearest folder above a name that exists, and the name from there: links lead to the same one.</summary>
    private static (FileIdentity? Folder, string Name) PlaceOf(string path)
    {
        string folder = Path.GetFullPath(path), name = "";
        do
        {
            name = Path.Combine(Path.GetFileName(folder), name);
            folder = Path.GetDirectoryName(folder) ?? "/";
        }
        while (folder != "/" && !Directory.Exists(folder));
        return (FileIdentity.Of(folder), Path.TrimEndingDirectorySeparator(name));
    }

    [GeneratedRegex("%[YmHMS]", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex TimeWithoutDay();

    [GeneratedRegex("%[YmdHMS]", RegexOptions.None, matchTimeoutMilliseconds: RegexLimit.Milliseconds)]
    private static partial Regex Time();
}
