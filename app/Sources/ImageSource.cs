using System.IO.Enumeration;
using OpenCvSharp;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>
/// An image, a folder of images, a glob or a numbered sequence (NAME%06d.png), in the order of names. Images may differ in size.
/// </summary>
public sealed class ImageSource : ISource
{
    private const double DefaultRate = 10;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];
    private readonly string[] _files;
    private int _next;

    /// <exception cref="UserError">No such file, or no image in the folder.</exception>
    public ImageSource(string path, double? framesPerSecond)
    {
        Name = path;
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

    public bool Read(Mat image)
    {
        if (_next == _files.Length) return false;
        string file = _files[_next++];
        using Mat decoded = Decode(file);
        if (decoded.Empty()) throw new UserError($"{file} is not a readable image: remove or replace it");
        decoded.CopyTo(image);
        return true;
    }

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

    private static Mat Decode(string file)
    {
        try
        {
            return Cv2.ImRead(file, ImreadModes.Color);
        }
        catch (OpenCVException e)
        {
            // Its header gives an impossible size.
            throw new UserError($"{file} is not a readable image ({UserError.OneLine(e)}): remove or replace it", e);
        }
    }

    private static bool IsGlob(string path) => Path.GetFileName(path).AsSpan().ContainsAny('*', '?');

    private static bool IsImage(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static string[] Files(string path)
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
