namespace RealtimeSeg.Sinks;

/// <summary>Every kind of output that the command line can name. A new one is a file beside this one, a row here and a test.</summary>
public static class SinkKinds
{
    private const string Null = "null";

    /// <summary>In the order in which they are tried.</summary>
    public static IReadOnlyList<SinkKind> All { get; } =
    [
        new("FILE.png (last frame), NAME%06d.png (every frame)", ["FILE.png", "NAME%06d.png"],
            ImageSink.Matches, IsFile: _ => true, HoldsAlpha: _ => true, (name, context) => new ImageSink(name, context)),
        new($"{VideoTarget.Names} (video)", VideoTarget.Examples,
            VideoTarget.Matches, name => VideoTarget.Of(name).IsFile, name => VideoTarget.Of(name).HoldsAlpha,
            (name, context) => new VideoSink(name, context)),
        new($"{Null} (nothing)", [Null],
            name => name == Null, IsFile: _ => false, HoldsAlpha: _ => false, (_, _) => new NullSink()),
    ];

    /// <summary>All names, for <c>--help</c> and messages.</summary>
    public static string Help { get; } = string.Join(", ", All.Select(k => k.Help));

    /// <summary>The kind of a name; null if it has none.</summary>
    public static SinkKind? Of(string name) => All.FirstOrDefault(k => k.Matches(name));
}
