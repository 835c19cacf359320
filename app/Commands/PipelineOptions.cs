using System.CommandLine;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>
/// The command line of <c>live</c>, <c>replay</c> and <c>bench</c>: two arguments, the rows, and what several of them decide together.
/// </summary>
internal sealed class PipelineOptions(Mode mode)
{
    private readonly (string Title, OptionTable<PipelineSettings> Table)[] _groups =
        [.. PipelineRows.Groups.Select(g => (g.Title, new OptionTable<PipelineSettings>(mode.Defaults, g.Rows)))];

    private readonly OptionTable<LogOptions> _log = new(new LogOptions(), LogOptions.Rows);

    private readonly Argument<string?> _source = new("source")
    {
        Description = $"What to read: {SourceKinds.Help}",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string[]> _outputs = new("outputs")
    {
        Description = $"What to write: {SinkKinds.Help}",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public void AddTo(Command command)
    {
        command.Add(_source);
        command.Add(_outputs);
        OptionGroup[] groups = [.. _groups.Select(g => new OptionGroup(g.Title, g.Table.Options))];
        GroupedHelp.Add(command, [.. groups, new OptionGroup("Messages", _log.Options)]);
    }

    /// <exception cref="UserError">A value is outside its range, or two do not go together.</exception>
    public PipelineSettings Read(ParseResult parsed)
    {
        _log.Read(parsed).Apply();
        string? source = parsed.GetValue(_source);
        string[] outputs = parsed.GetValue(_outputs) ?? [];
        PipelineSettings start = mode.Defaults with { Source = source ?? mode.Defaults.Source };
        PipelineSettings s = _groups.Aggregate(start, (settings, g) => g.Table.Read(parsed, settings));
        if (s.HasInputs && source is not null) outputs = [source, .. outputs];
        return Together(s with
        {
            Outputs = [.. outputs, .. s.NamedOutputs],
            SourceOptions = s.SourceOptions with { AsItComes = mode.Engine.LatestWins },
        });
    }

    /// <summary>Sound is copied as it is: it cannot follow images that play faster, or once more.</summary>
    private static void CheckSound(PipelineSettings s, string file)
    {
        if (!File.Exists(file)) throw new UserError($"--keep-audio: {file} is not a file with sound");
        if (s.SourceOptions.FramesPerSecond is not null)
            throw new UserError("--keep-audio with --fps: the sound would not be in step with the images; leave out one of them");
        if (s.MoreSources.Count > 0) throw new UserError("--keep-audio with several inputs: give one, or leave it out");
        if (s.SourceOptions.Times != 1)
            throw new UserError("--keep-audio with --loop: the sound would end before the images; leave out one of them");
    }

    /// <summary>What several options decide together.</summary>
    private static PipelineSettings Together(PipelineSettings s)
    {
        if (s.SourceOptions.CameraWidth is null != s.SourceOptions.CameraHeight is null)
            throw new UserError("--input-width and --input-height: give both or neither");
        if (s.Overwrite && s.KeepsExisting) throw new UserError("--overwrite and --no-overwrite: choose one");
        if (s.Segmenter is { GlHalf: not null, Provider: not (ExecutionProviders.Gl or ExecutionProviders.Auto) })
            throw new UserError($"--gl-half does nothing with --provider {s.Segmenter.Provider}: leave out one of them");
        if (s.Outputs.Append(s.Results.Target).Count(o => o == StandardOutputSink.Name) > 1)
            throw new UserError("-: standard output is named twice; name it once");
        if (s.Sources.Contains(PipeSource.Uri, StringComparer.Ordinal)) s = WithStandardInput(s);
        if (s.Video.SoundFrom is { } file) CheckSound(s, file);
        if (!s.ModelIsNamed && s.Render.View.Separates && s.Render.Show is null) s = s with { Model = Bundled.Person };
        s.Hud.Check(s.Outputs);
        s = OutputFiles.Named(s, DateTimeOffset.UtcNow.ToLocalTime());
        if (s.HttpAddress is { } address) s = s with { Http = WebAddress.Parse(address, s.HttpToken) };

        if (SourceKinds.ArePictures(s.Sources)) s = OfPictures(s);
        return s.Render.View.CanBeTransparent && s.Outputs.Count > 0 ? OnGround(s) : s;
    }

    /// <summary>
    /// A cut-out into files that hold transparency has nothing but the foreground in it; into others, it lies on a colour.
    /// </summary>
    private static PipelineSettings OnGround(PipelineSettings s)
    {
        bool transparent = SinkFactory.HoldAlpha(s.Outputs)
            && (ImageCodec.HoldsAlpha(s.ImageExtension) || !s.Outputs.Any(SinkKinds.IsFolder));
        if (transparent) return s with { Render = s.Render with { Transparent = true }, Hud = HudOptions.Nowhere };
        return SinkFactory.OpaqueVideo(s.Outputs) is null ? s : s with { Render = s.Render with { Ground = s.Render.Backdrop ?? 0 } };
    }

    /// <summary>A list comes all at once, before anything is opened; images cannot be read a second time.</summary>
    private static PipelineSettings WithStandardInput(PipelineSettings s)
    {
        if (s.SourceOptions.Times != 1) throw new UserError("--loop: standard input can be read once; leave it out, or name a file");
        if (s.SourceOptions.Format != PipeSource.List) return s;
        if (s.MoreSources.Count > 0) throw new UserError("--input-format list: standard input must be the only input");
        string[] names = [.. PipeSource.Lines()];
        return names.Length > 0
            ? s with { Source = names[0], MoreSources = names[1..], SourceOptions = s.SourceOptions with { MayLack = true } }
            : throw new UserError("--input-format list: standard input names no image; write a name on each line");
    }

    /// <summary>What a run writes into a folder that it reads is not read.</summary>
    private static PipelineSettings OfPictures(PipelineSettings s)
    {
        string[] written = [.. s.Outputs.Where(SinkKinds.IsFolder), .. s.Masks is { } masks ? (string[])[masks] : []];
        string[] leaveOut = [.. written.Select(f => Path.TrimEndingDirectorySeparator(Path.GetFullPath(f)))];
        return s with { SourceOptions = s.SourceOptions with { LeaveOut = leaveOut } };
    }
}
