namespace RealtimeSeg.Sinks;

/// <summary>Every kind of output that the command line can name. A new one is a file beside this one, a row here and a test.</summary>
public static class SinkKinds
{
    private const string Null = "null";

    private static readonly SinkKind Folder = new(
        "FOLDER/ (every frame, under the name of the image that it is or its number)", ["FOLDER/"],
        FolderSink.Matches, IsFile: _ => false, HoldsAlpha: _ => true, (name, context) => new FolderSink(name, context));

    /// <summary>In the order in which they are tried.</summary>
    public static IReadOnlyList<SinkKind> All { get; } =
    [
        new("FILE.png, .jpg, .webp (last frame), NAME%06d.png (every frame)", ["FILE.png", "FILE.jpg", "FILE.webp", "NAME%06d.png"],
            ImageCodec.Matches, IsFile: _ => true, ImageCodec.HoldsAlpha, (name, context) => new ImageSink(name, context)),
        new($"{VideoTarget.Names} (video)", VideoTarget.Examples,
            VideoTarget.Matches, name => VideoTarget.Of(name).IsFile, name => VideoTarget.Of(name).HoldsAlpha,
            (name, context) => new VideoSink(name, context)),
        Folder,
        new($"{StandardOutputSink.Name} (standard output: --output-format)", [StandardOutputSink.Name],
            name => name == StandardOutputSink.Name, IsFile: _ => false, HoldsAlpha: _ => false,
            (_, context) => new StandardOutputSink(context)),
        new($"{Null} (nothing)", [Null],
            name => name == Null, IsFile: _ => false, HoldsAlpha: _ => false, (_, _) => new NullSink()),
    ];

    /// <summary>All names, for <c>--help</c> and messages.</summary>
    public static string Help { get; } = string.Join(", ", All.Select(k => k.Help));

    /// <summary>Whether a name is a folder that every frame goes to.</summary>
    public static bool IsFolder(string name) => Of(name) == Folder;

    /// <summary>The kind of a name; null if it has none.</summary>
    public static SinkKind? Of(string name) => All.FirstOrDefault(k => k.Matches(name));
}
