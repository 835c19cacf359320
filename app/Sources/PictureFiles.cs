using System.IO.Enumeration;

namespace RealtimeSeg.Sources;

/// <summary>An image file, and its name within what was asked for, which results keep.</summary>
/// <param name="File">As it is opened.</param>
/// <param name="Name">From the folder, pattern or list that it was found by; with its extension.</param>
public readonly record struct Picture(string File, string Name);

/// <summary>The image files that names on the command line stand for: files, folders, patterns, numbered sequences, lists.</summary>
internal static class PictureFiles
{
    private const string AnyDepth = "**";

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"], Lists = [".txt", ".lst"];

    /// <summary>Whether a name stands for images.</summary>
    public static bool Matches(string path) => Directory.Exists(path) || IsGlob(path) || IsImage(path) || IsList(path);

    /// <summary>The images of a name, in the order of their names; those of a list in its order.</summary>
    /// <param name="path">A name that matches.</param>
    /// <param name="options">Which folders within it are not entered, and whether files may be missing.</param>
    /// <exception cref="UserError">There is no such file or folder.</exception>
    public static IReadOnlyList<Picture> Of(string path, SourceOptions options)
    {
        if (Directory.Exists(path)) return Sorted(path, Below(path, options.LeaveOut).Where(IsImage));
        string glob = NumberedName.Glob(path);
        if (IsGlob(glob)) return Matching(glob, options.LeaveOut);
        if (!File.Exists(path) && !options.MayLack) throw new UserError($"no file {path}: check the name");
        return IsList(path) ? Named(Listed(path)) : [new Picture(path, Path.GetFileName(path))];
    }

    /// <summary>The images of several names, each after those of the one before, under names from the folder that all are in.</summary>
    /// <param name="paths">Names that match.</param>
    /// <param name="options">Which folders within them are not entered, and whether files may be missing.</param>
    /// <exception cref="UserError">There is no such file or folder.</exception>
    public static IReadOnlyList<Picture> Of(IReadOnlyList<string> paths, SourceOptions options)
        => paths.Count == 1 ? Of(paths[0], options) : Named([.. paths.SelectMany(p => Of(p, options)).Select(p => p.File)]);

    private static bool IsGlob(string path) => path.AsSpan().ContainsAny('*', '?') && !path.Contains("://", StringComparison.Ordinal);

    private static bool IsImage(string path) => Has(Extensions, path);

    private static bool IsList(string path) => Has(Lists, path);

    private static bool Has(string[] extensions, string path)
        => extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>A list's lines, which name files from where the program runs or from where the list lies; # begins a remark.</summary>
    private static string[] Listed(string list)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(list))!;
        string From(string line)
        {
            string beside = Path.Combine(folder, line);
            return File.Exists(line) || !File.Exists(beside) ? line : beside;
        }

        string[] files = [.. File.ReadLines(list).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#').Select(From)];
        return Array.Find(files, f => !IsImage(f)) is { } other
            ? throw new UserError($"{list} lists {other}, which is not an image: it takes files such as *.jpg or *.png, one a line")
            : files;
    }

    /// <summary>Files with their names from the deepest folder that all are in.</summary>
    private static Picture[] Named(string[] files)
    {
        if (files.Length == 0) return [];
        string common = Folder(files[0]);
        foreach (string folder in files.Select(Folder))
        {
            while (!folder.StartsWith(common, StringComparison.Ordinal)) common = Folder(common.TrimEnd('/'));
        }

        return [.. files.Select(f => new Picture(f, Path.GetRelativePath(common, f)))];
    }

    /// <summary>The folder of a file, ending with a slash.</summary>
    private static string Folder(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        return folder.EndsWith('/') ? folder : folder + '/';
    }

    private static Picture[] Matching(string glob, IReadOnlyCollection<string> leaveOut)
    {
        string[] parts = glob.Split('/');
        int fixedParts = Array.FindIndex(parts, IsGlob);
        string start = string.Join('/', parts[..fixedParts]), root = start.Length > 0 ? start : glob[0] == '/' ? "/" : ".";
        if (!Directory.Exists(root)) throw new UserError($"no folder {root}: check the path before the pattern");
        string[] pattern = parts[fixedParts..];
        return Sorted(root, (pattern.Length == 1 ? Within(root) : Below(root, leaveOut))
            .Where(f => IsImage(f) && Fits(Path.GetRelativePath(root, f).Split('/'), pattern)));
    }

    /// <summary>Whether the parts of a path are those of a pattern; ** stands for any number of folders.</summary>
    private static bool Fits(ReadOnlySpan<string> path, ReadOnlySpan<string> pattern)
    {
        if (pattern.IsEmpty) return path.IsEmpty;
        if (pattern[0] == AnyDepth) return Fits(path, pattern[1..]) || (!path.IsEmpty && Fits(path[1..], pattern));
        return !path.IsEmpty && FileSystemName.MatchesSimpleExpression(pattern[0], path[0], ignoreCase: false)
            && Fits(path[1..], pattern[1..]);
    }

    private static Picture[] Sorted(string root, IEnumerable<string> files)
        => [.. files.Order(StringComparer.Ordinal).Select(f => new Picture(f, Path.GetRelativePath(root, f)))];

    private static IEnumerable<string> Within(string folder)
        => Directory.EnumerateFiles(folder).Select(f => folder == "." ? Path.GetFileName(f) : f);

    /// <summary>Files of a folder and its folders, without hidden ones, and without links to folders, which may lead in circles.</summary>
    private static FileSystemEnumerable<string> Below(string folder, IReadOnlyCollection<string> leaveOut)
        => new(folder, static (ref FileSystemEntry e) => e.ToSpecifiedFullPath(), new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        })
        {
            ShouldIncludePredicate = static (ref FileSystemEntry e) => !e.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry e)
                => !e.Attributes.HasFlag(FileAttributes.ReparsePoint)
                    && !leaveOut.Contains(Path.GetFullPath(e.ToSpecifiedFullPath()), StringComparer.Ordinal),
        };
}
