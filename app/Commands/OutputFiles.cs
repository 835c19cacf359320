using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Commands;

/// <summary>The files that a run writes: their names, and that none of them destroys what is there.</summary>
internal static class OutputFiles
{
    /// <summary>Puts the time into names with places for it; video that goes on in other files does so itself.</summary>
    /// <param name="s">The command line.</param>
    /// <param name="now">In the user's time zone.</param>
    /// <exception cref="UserError">Video cannot go on in other files, whose names would be the same.</exception>
    public static PipelineSettings Named(PipelineSettings s, DateTimeOffset now)
    {
        bool splits = s.Video.SplitMinutes is not null;
        string[] videos = [.. s.Outputs.Where(SinkFactory.IsVideoFile)];
        string? oneName = videos.FirstOrDefault(v => !SinkFactory.HasPlaces(v));
        if (splits && (videos.Length == 0 || oneName is not null))
        {
            string what = oneName is null ? "there is no video file to split" : $"{oneName} is one name";
            throw new UserError($"--split-every: {what}; put the time or a number into it, such as v-%Y%m%d-%H%M%S.mp4 or v-%03d.mp4");
        }

        string Name(string o) => IsAddress(o) || (splits && SinkFactory.IsVideoFile(o)) ? o : OutputName.At(o, now);
        return s with
        {
            Outputs = [.. s.Outputs.Select(Name)],
            Hud = s.Hud.Renamed(Name),
            Masks = s.Masks is { } masks ? OutputName.At(masks, now) : null,
            Stats = s.Stats is { } stats ? OutputName.At(stats, now) : null,
            Results = s.Results.IsFile ? s.Results with { Target = OutputName.At(s.Results.Target!, now) } : s.Results,
            Json = s.Json is { } json ? OutputName.At(json, now) : null,
        };
    }

    /// <summary>Refuses outputs that exist, unless they may be overwritten, and those that are read in any case.</summary>
    /// <exception cref="UserError">One is refused.</exception>
    public static void Check(PipelineSettings s) => Check(s, [], []);

    /// <summary>The same for a command that has more files.</summary>
    /// <param name="s">The command line.</param>
    /// <param name="alsoRead">Further files that the command reads.</param>
    /// <param name="alsoWritten">Further files that it writes; null stands for none.</param>
    /// <exception cref="UserError">One is refused.</exception>
    public static void Check(PipelineSettings s, IEnumerable<string> alsoRead, IEnumerable<string?> alsoWritten)
    {
        RefuseExpandedPattern(s);
        foreach (string device in s.Outputs) LoopbackCamera.Check(device);
        string[] files = [.. s.Outputs.Where(o => SinkKinds.Of(o)?.IsFile(o) == true)];
        (string Path, string Extension)[] folders = [.. s.Outputs.Where(SinkKinds.IsFolder).Select(o => (o, s.ImageExtension))];
        if (s.Masks is { } masks) folders = [.. folders, (masks, LabelSink.Extension)];
        string[] sources = [.. s.Sources.Where(Directory.Exists).Select(Whole)];
        if (folders.Select(f => f.Path).FirstOrDefault(f => sources.Contains(Whole(f), StringComparer.Ordinal)) is { } read)
            throw UserError.CannotWrite(read, "it is the folder that is read, whose next run would read the results; name another");
        string[] numbered = [.. folders.Select(f => FolderNames.Numbered(f.Path, f.Extension))];
        string? results = s.Results.IsFile ? s.Results.Target : null;
        string[] all = [.. files, .. numbered, .. ((string?[])[s.Stats, results, s.Json, .. alsoWritten]).OfType<string>()];
        OutputName.RefuseTwins(all);
        IEnumerable<string>? pictures = folders.Length > 0
            ? SourceKinds.PicturesOf(s.Sources, s.SourceOptions)?.Select(p => p.Name)
            : null;
        string[] images = [.. folders.SelectMany(f => FolderNames.Of(f.Path, f.Extension, pictures ?? []))];
        HashSet<string> places = new(images.Select(Path.GetFullPath), StringComparer.Ordinal);
        if (Array.Find(files, f => places.Contains(Path.GetFullPath(f))) is { } twin)
            throw UserError.CannotWrite(twin, "an image of the folder that is written has this name; give each output its own name");
        string[] counted = pictures is null ? [.. files, .. numbered] : files;
        string[] sequences = [.. counted.SelectMany(f => SinkFactory.Sequence(f, s.Overwrite))];
        OutputName.Check([.. all, .. images, .. sequences], [.. Inputs(s), .. alsoRead], s.Overwrite);
        OutputName.CheckKind(s.Json, "--json", ".json");
        OutputName.CheckKind(s.Stats, "--stats", ".csv", ".jsonl");
        OutputName.CheckKind(results, "--results", ".jsonl");
        foreach (string file in all) OutputName.CheckFolder(file);
    }

    /// <summary>The files that are read for a model, and for those that M goes through.</summary>
    public static IEnumerable<string> OfModel(string model)
    {
        IReadOnlyList<string> models = ModelFiles.Of(model).All;
        return [.. models, .. models.SelectMany(Segmenter.Sidecars)];
    }

    /// <summary>Tells what was written, and if it is not what was asked for.</summary>
    public static void Tell(string? asked, string? written)
    {
        if (written is not null) Log.Info(written == asked ? $"wrote {written}" : $"wrote {written}, since {asked} was taken meanwhile");
    }

    /// <summary>
    /// A shell replaces frames/*.png by the files' names: the first would be the source, and all others outputs. A video beside the
    /// source may be an output of an earlier run, several of them are not.
    /// </summary>
    private static void RefuseExpandedPattern(PipelineSettings s)
    {
        if (!File.Exists(s.Source)) return;
        string extension = Path.GetExtension(s.Source), folder = FolderOf(s.Source);
        string[] beside =
        [
            .. s.Outputs.Where(o => File.Exists(o) && FolderOf(o) == folder
                && Path.GetExtension(o).Equals(extension, StringComparison.OrdinalIgnoreCase)),
        ];
        if (beside.Length < (ImageSource.Matches(s.Source) ? 1 : 2)) return;
        string pattern = Path.Combine(Path.GetDirectoryName(s.Source) ?? "", "*" + extension);
        string remedy = ImageSource.Matches(s.Source)
            ? $"if you typed a pattern for the images to read, quote it: \"{pattern}\""
            : "name one video to read, then what to write";
        throw UserError.CannotWrite(beside[0], $"it exists beside {s.Source}; {remedy}");
    }

    private static IEnumerable<string> Inputs(PipelineSettings s)
    {
        string[] backdrop = s.Backdrop is { } file ? [file] : [];
        return [.. SourceKinds.FilesOf(s.Sources, s.SourceOptions), .. backdrop, .. OfModel(s.Model), .. s.OtherInputs];
    }

    private static string Whole(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "";

    private static bool IsAddress(string output) => SinkKinds.Of(output)?.IsFile(output) != true && !SinkKinds.IsFolder(output);
}
