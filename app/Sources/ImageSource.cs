using System.IO.Enumeration;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>
/// An image, a folder of images, a glob or a numbered sequence (NAME%06d.png), in the order of names. Images may differ in size.
/// </summary>
public sealed class ImageSource : ISource
{
    private const double DefaultRate = 10;

    /// <summary>What software renderers and many graphics cards hold in a texture.</summary>
    private const int LargestSide = 16384;

    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];
    private readonly string[] _files;
    private readonly bool _strict;
    private readonly SortedSet<string> _unreadable = new(StringComparer.Ordinal);
    private int _next;
    private bool _anyRead;

    /// <param name="path">What to read.</param>
    /// <param name="framesPerSecond">Of the sequence; null for the usual one.</param>
    /// <param name="strict">Whether one unreadable image of several ends it; otherwise it is skipped, unless none is readable.</param>
    /// <exception cref="UserError">No such file, or no image in the folder.</exception>
    public ImageSource(string path, double? framesPerSecond, bool strict = false)
    {
        (Name, _strict) = (path, strict);
        FramesPerSecond = framesPerSecond ?? DefaultRate;
        _files = Files(path);
        if (_files.Length == 0) throw new UserError($"no images in {path}: it needs files such as *.jpg or *.png");
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    /// <summary>Whether it is one image, or images that are numbered and otherwise named alike.</summary>
    public bool IsSequence => _files.Select(f => NumberedName.Pattern(Path.GetFileName(f))).Distinct(StringComparer.Ordinal).Count() == 1;

    public string? Status => null;

    public FrameTiming Timing => new(Math.Max(0, _next - 1) / FramesPerSecond);

    public static bool Matches(string path) => Directory.Exists(path) || IsGlob(path) || IsImage(path);

    /// <exception cref="UserError">No image is readable, or one is not and the source is strict.</exception>
    public bool Read(Mat image)
    {
        while (_next < _files.Length)
        {
            string file = _files[_next++];
            if (Decode(file, image) is not { } problem)
            {
                _anyRead = true;
                return true;
            }

            bool isLast = _next == _files.Length;
            if (_strict || (isLast && !_anyRead)) throw new UserError($"{file} {problem}: remove or replace it");
            _unreadable.Add(file);
        }

        return false;
    }

    public IReadOnlyList<string> Problems => _unreadable.Count == 0 ? []
        : [$"{Name}: skipped {_unreadable.Count} of {_files.Length} images that are not readable, such as {_unreadable.Min}"];

    public bool Seek(double seconds)
    {
        int target = _next + (int)Math.Round(seconds * FramesPerSecond);
        if (target >= _files.Length) return false;
        _next = Math.Max(0, target);
        return true;
    }

    public void Dispose()
    {
        // Files are opened and closed one by one.
    }

    /// <summary>Reads a file into the image; says what is wrong with it if that fails.</summary>
    private static string? Decode(string file, Mat image)
    {
        if (FileIdentity.IsSpecial(file)) return "is a pipe or a device and no image"; // opening it could wait for ever
        try
        {
            using Mat decoded = PictureFile.Read(file, ImreadModes.Color);
            if (decoded.Empty()) return "is not a readable image";
            if (Math.Max(decoded.Width, decoded.Height) > LargestSide)
                return $"is not a readable image (its {decoded.Width}×{decoded.Height} pixels are more than {LargestSide} on a side)";
            decoded.CopyTo(image);
            return null;
        }
        catch (OpenCVException e)
        {
            return $"is not a readable image ({UserError.OneLine(e)})"; // its header gives an impossible size
        }
    }

    private static bool IsGlob(string path) => Path.GetFileName(path).AsSpan().ContainsAny('*', '?');

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>The images that a name stands for, in order.</summary>
    internal static string[] Files(string path)
    {
        string glob = NumberedName.Glob(path);
        if (IsGlob(glob)) return Matching(glob);
        if (Directory.Exists(path)) return Sorted(Directory.EnumerateFiles(path).Where(IsImage));
        return File.Exists(path) ? [path] : throw new UserError($"no file {path}: check the name");
    }

    private static string[] Matching(string glob)
    {
        string folder = Path.GetDirectoryName(glob) is { Length: > 0 } named ? named : ".", pattern = Path.GetFileName(glob);
        if (!Directory.Exists(folder)) throw new UserError($"no folder {folder}: check the path before the pattern");
        bool Fits(string file) => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(file), ignoreCase: false);
        return Sorted(Directory.EnumerateFiles(folder).Where(f => Fits(f) && IsImage(f)));
    }

    private static string[] Sorted(IEnumerable<string> files) => [.. files.Order(StringComparer.Ordinal)];
}
