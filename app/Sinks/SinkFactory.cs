namespace RealtimeSeg.Sinks;

/// <summary>Opens what the command line names as output, after a check that its folder is writable.</summary>
public static class SinkFactory
{
    /// <param name="name">A name that one of <see cref="SinkKinds"/> takes.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The name is of no kind, or its folder is not writable.</exception>
    public static ISink Open(string name, SinkContext context)
    {
        SinkKind kind = SinkKinds.Of(name) ?? throw UserError.CannotWrite(name, $"outputs are {SinkKinds.Help}");
        if (kind.IsFile(name)) MakeFolder(name);
        else if (SinkKinds.IsFolder(name)) MakeFolder(FolderNames.Numbered(name, context.ImageExtension));
        return kind.Open(name, context);
    }

    /// <summary>Whether every output can hold transparency, and there is one.</summary>
    public static bool HoldAlpha(IReadOnlyList<string> names) => names.Count > 0 && names.All(n => SinkKinds.Of(n)?.HoldsAlpha(n) == true);

    /// <summary>The first video that cannot hold transparency; null if there is none.</summary>
    public static string? OpaqueVideo(IEnumerable<string> names)
        => names.FirstOrDefault(n => VideoTarget.Matches(n) && !VideoTarget.Of(n).HoldsAlpha);

    /// <summary>Labels of each frame, as images in a folder.</summary>
    /// <param name="folder">Where the images go.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The folder is not writable.</exception>
    public static ISink Labels(string folder, SinkContext context)
    {
        MakeFolder(FolderNames.Numbered(folder, LabelSink.Extension));
        return new LabelSink(folder, context);
    }

    /// <summary>Class shares of each frame, as a table.</summary>
    /// <param name="path">The file.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The file's folder is not writable, or its extension is unknown.</exception>
    public static ISink Stats(string path, SinkContext context)
    {
        MakeFolder(path);
        return new StatsSink(path, context);
    }

    /// <summary>Classes and components of each frame.</summary>
    /// <param name="options">To whom; its target is not null.</param>
    /// <param name="context">Of the run.</param>
    /// <exception cref="UserError">The file's folder is not writable, or nobody listens.</exception>
    public static ISink Results(ResultOptions options, SinkContext context)
    {
        string target = options.Target!;
        IResultReceiver receiver = options switch
        {
            { IsAddress: true } => new ResultSocket(target, context),
            { IsFile: true } => new ResultFile(target, context),
            _ => new ResultOutput(context),
        };
        return new ResultSink(options, receiver);
    }

    /// <summary>Whether a name is a video file with a place for the time or a number, which later files fill anew.</summary>
    public static bool HasPlaces(string name) => IsVideoFile(name) && (OutputName.HasTime(name) || NumberedName.Matches(name));

    public static bool IsVideoFile(string name) => VideoTarget.Matches(name) && VideoTarget.Of(name).IsFile;

    /// <summary>Existing files that an output may write to besides the one of its name: a sequence's.</summary>
    /// <param name="name">Of the output.</param>
    /// <param name="overwrite">Whether it writes to existing ones at all; otherwise video goes on with the next number.</param>
    public static IEnumerable<string> Sequence(string name, bool overwrite)
        => ImageCodec.Matches(name) || (overwrite && IsVideoFile(name)) ? NumberedName.Existing(name).Select(f => f.File) : [];

    private static void MakeFolder(string path)
    {
        OutputName.CheckFolder(path);
        if (FileIdentity.IsSpecial(path)) return;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UserError.CannotWrite(path, e);
        }
    }
}
