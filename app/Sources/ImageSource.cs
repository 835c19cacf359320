using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Sources;

/// <summary>
/// An image, a folder of images with its folders, a pattern, a numbered sequence (NAME%06d.png) or a list, in the order of names; or
/// several of these. Images may differ in size.
/// </summary>
public sealed class ImageSource : ISource
{
    private const double DefaultRate = 10;

    /// <summary>What software renderers and many graphics cards hold in a texture.</summary>
    private const int LargestSide = 16384;

    private readonly IReadOnlyList<Picture> _files;
    private readonly bool _strict;
    private readonly SortedSet<string> _unreadable = new(StringComparer.Ordinal);
    private int _next;
    private bool _anyRead;

    /// <inheritdoc cref="ImageSource(IReadOnlyList{string}, SourceOptions)"/>
    public ImageSource(string path, double? framesPerSecond, bool strict = false)
        : this([path], new SourceOptions(framesPerSecond, Strict: strict)) { }

    /// <param name="paths">What to read.</param>
    /// <param name="options">Whose rate is that of the sequence. If they are strict, one unreadable image of several ends it; otherwise
    /// it is skipped, unless none is readable.</param>
    /// <exception cref="UserError">No such file, or no image in the folder.</exception>
    public ImageSource(IReadOnlyList<string> paths, SourceOptions options)
    {
        (Name, _strict) = (string.Join(", ", paths.Take(1)) + (paths.Count > 1 ? $" and {paths.Count - 1} more" : ""), options.Strict);
        FramesPerSecond = options.FramesPerSecond ?? DefaultRate;
        _files = PictureFiles.Of(paths, options);
        if (_files.Count == 0) throw new UserError($"no images in {Name}: it needs files such as *.jpg or *.png");
    }

    public string Name { get; }

    public double FramesPerSecond { get; }

    public bool IsLive => false;

    /// <summary>Whether it is one image, or images of one folder that are numbered and otherwise named alike.</summary>
    public bool IsSequence => _files.Select(f => (Path.GetDirectoryName(f.Name), NumberedName.Pattern(Path.GetFileName(f.Name)))).Distinct()
        .Count() == 1;

    public string? Status => null;

    public FrameTiming Timing => new(Math.Max(0, _next - 1) / FramesPerSecond);

    public string? Picture => _next > 0 ? _files[_next - 1].Name : null;

    public int? Pictures => _files.Count;

    public static bool Matches(string path) => PictureFiles.Matches(path);

    /// <exception cref="UserError">No image is readable, or one is not and the source is strict.</exception>
    public bool Read(Mat image)
    {
        while (_next < _files.Count)
        {
            string file = _files[_next++].File;
            if (Decode(file, image) is not { } problem)
            {
                _anyRead = true;
                return true;
            }

            bool isLast = _next == _files.Count;
            if (_strict || (isLast && !_anyRead)) throw new UserError($"{file} {problem}: remove or replace it");
            _unreadable.Add(file);
        }

        return false;
    }

    public IReadOnlyList<string> Problems => _unreadable.Count == 0 ? []
        : [$"{Name}: skipped {_unreadable.Count} of {_files.Count} images that are not readable, such as {_unreadable.Min}"];

    public bool Seek(double seconds)
    {
        int target = _next + (int)Math.Round(seconds * FramesPerSecond);
        if (target >= _files.Count) return false;
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
        if (!File.Exists(file)) return "does not exist";
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
}
