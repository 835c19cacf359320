namespace RealtimeSeg.Sources;

/// <summary>Every kind of source. A new one is a file beside this one, a row here and a test.</summary>
public static class SourceKinds
{
    /// <summary>In the order in which they are tried; the last one takes any name.</summary>
    public static IReadOnlyList<SourceKind> All { get; } =
    [
        new("standard input", [PipeSource.Uri], IsLive: false,
            uri => uri == PipeSource.Uri, (_, o, stop) => new PipeSource(o, stop), (_, _) => [PipeSource.Device]),
        new("camera", ["0", "/dev/video0", "v4l2:///dev/video0"], IsLive: true,
            CameraSource.Matches, (uri, o, _) => new CameraSource(uri, o.FramesPerSecond, o.CameraSize)),
        new("network stream", StreamSource.Schemes, IsLive: true,
            StreamSource.Matches, (uri, o, stop) => new StreamSource(uri, o.FramesPerSecond, stop)),
        new("toy street", ["synth://", "synth://SEED"], IsLive: false,
            StreetSource.Matches, (uri, o, _) => new StreetSource(uri, o.FramesPerSecond)),
        new("image, sequence, glob, folder or list of images", ["FILE.jpg", "NAME%06d.png", "\"glob*.jpg\"", "LIST.txt"], IsLive: false,
            ImageSource.Matches, (uri, o, _) => new ImageSource([uri], o), (uri, o) => PictureFiles.Of(uri, o).Select(p => p.File),
            ArePictures: true),
        new("video", ["FILE.mp4"], IsLive: false,
            _ => true, (uri, o, stop) => new VideoSource(uri, o.FramesPerSecond, stop), (uri, _) => [uri]),
    ];

    /// <summary>All kinds with their examples, for <c>--help</c>.</summary>
    public static string Help { get; } = string.Join("; ", All.Select(k => $"{k.Help} ({string.Join(", ", k.Examples)})"));

    /// <summary>The kind of a name.</summary>
    public static SourceKind Of(string uri) => All.First(k => k.Matches(uri));

    /// <summary>The files that names stand for; none if they are cameras, addresses or drawn.</summary>
    /// <exception cref="UserError">There is no such file.</exception>
    public static IEnumerable<string> FilesOf(IEnumerable<string> uris, SourceOptions options)
        => uris.SelectMany(u => Of(u).Files?.Invoke(u, options) ?? []);

    /// <summary>The images that names stand for, as results name them; null if not all of them stand for images.</summary>
    /// <exception cref="UserError">There is no such file.</exception>
    public static IReadOnlyList<Picture>? PicturesOf(IReadOnlyList<string> uris, SourceOptions options)
        => ArePictures(uris) ? PictureFiles.Of(uris, options) : null;

    /// <summary>Whether each frame of names is an image file of its own.</summary>
    public static bool ArePictures(IEnumerable<string> uris) => uris.All(u => Of(u).ArePictures);
}
