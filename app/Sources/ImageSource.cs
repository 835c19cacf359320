using System.Globalization;
using System.IO.Enumeration;
using System.Text.RegularExpressions;
using OpenCvSharp;

namespace RealtimeSeg.Sources;

/// <summary>A picture, a folder of pictures, a glob or a numbered sequence (NAME%06d.png), in the order of names. Sizes may differ.</summary>
public sealed partial class ImageSource : ISource
{
    private const double DefaultRate = 10;
    private static readonly string[] Extensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"];
    private readonly string[] _files;
    private int _next;

    public ImageSource(string path, double? framesPerSecond)
    {
        Name = path;
        FramesPerSecond = framesPerSecond ?? DefaultRate;
        _files = Files(path);
        if (_files.Length == 0) throw new UserError($"no pictures in {path}: it needs files such as *.jpg or *.png");
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    public string? Status => null;

    public static bool Matches(string path) => Directory.Exists(path) || IsGlob(path) || IsPicture(path);

    public bool Read(Mat image)
    {
        if (_next == _files.Length) return false;
        string file = _files[_next++];
        using Mat picture = Decode(file);
        if (picture.Empty()) throw new UserError($"{file} is not a readable picture: remove or replace it");
        picture.CopyTo(image);
        return true;
    }

    public bool Seek(double seconds)
    {
        int target = _next + (int)Math.Round(seconds * FramesPerSecond);
        if (target >= _files.Length) return false;
        _next = Math.Max(0, target);
        return true;
    }

    public string? EndNote(long frames) => null;

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
            throw new UserError($"{file} is not a readable picture ({UserError.OneLine(e)}): remove or replace it", e); // it claims an impossible size
        }
    }

    private static bool IsGlob(string path) => Path.GetFileName(path).AsSpan().ContainsAny('*', '?');

    private static bool IsPicture(string path) => Extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    private static string[] Files(string path)
    {
        // NAME%06d.png, as recorders write it, is a glob of names in order.
        path = NumberPattern().Replace(path, m => m.Groups["digits"].Success ? new string('?', int.Parse(m.Groups["digits"].Value, CultureInfo.InvariantCulture)) : "*");
        if (IsGlob(path))
        {
            string folder = Path.GetDirectoryName(path) is { Length: > 0 } d ? d : ".", pattern = Path.GetFileName(path);
            if (!Directory.Exists(folder)) throw new UserError($"no folder {folder}: check the path before the pattern");
            return Sorted(Directory.EnumerateFiles(folder).Where(f => FileSystemName.MatchesSimpleExpression(pattern, Path.GetFileName(f), ignoreCase: false) && IsPicture(f)));
        }

        if (Directory.Exists(path)) return Sorted(Directory.EnumerateFiles(path).Where(IsPicture));
        return File.Exists(path) ? [path] : throw new UserError($"no file {path}: check the name");
    }

    [GeneratedRegex("%(0(?<digits>\\d))?d", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberPattern();

    private static string[] Sorted(IEnumerable<string> files) => [.. files.Order(StringComparer.Ordinal)];
}
