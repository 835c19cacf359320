using System.CommandLine;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;
using RealtimeSeg.Web;

namespace RealtimeSeg.Commands;

/// <summary>
/// The command line of <c>live</c>, <c>replay</c> and <c>bench</c>: two arguments, the rows, and what several of them decide together.
/// </summary>
internal sealed class PipelineOptions(Mode mode)
{
    private readonly OptionTable<PipelineSettings> _options = new(mode.Defaults, PipelineRows.All);

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
        _options.AddTo(command);
    }

    /// <exception cref="UserError">A value is outside its range, or two do not go together.</exception>
    public PipelineSettings Read(ParseResult parsed)
    {
        PipelineSettings start = mode.Defaults with
        {
            Source = parsed.GetValue(_source) ?? mode.Defaults.Source,
            Outputs = parsed.GetValue(_outputs) ?? [],
        };
        return Together(_options.Read(parsed, start));
    }

    /// <summary>Sound is copied as it is: it cannot follow images that play faster, or once more.</summary>
    private static void CheckSound(PipelineSettings s, string file)
    {
        if (!File.Exists(file)) throw new UserError($"--keep-audio: {file} is not a file with sound");
        if (s.SourceOptions.FramesPerSecond is not null)
            throw new UserError("--keep-audio with --fps: the sound would not be in step with the images; leave out one of them");
        if (s.SourceOptions.Times != 1)
            throw new UserError("--keep-audio with --loop: the sound would end before the images; leave out one of them");
    }

    /// <summary>What several options decide together.</summary>
    private static PipelineSettings Together(PipelineSettings s)
    {
        if (s.SourceOptions.CameraWidth is null != s.SourceOptions.CameraHeight is null)
            throw new UserError("--input-width and --input-height: give both or neither");
        if (s.Video.SoundFrom is { } file) CheckSound(s, file);
        s = OutputFiles.Named(s, DateTimeOffset.UtcNow.ToLocalTime());
        if (s.HttpAddress is { } address) s = s with { Http = WebAddress.Parse(address, s.HttpToken) };

        return s.Render.View.CanBeTransparent && s.Outputs.Count > 0 ? OnGround(s) : s;
    }

    /// <summary>
    /// A cut-out into files that hold transparency has nothing but the foreground in it; into others, it lies on a colour.
    /// </summary>
    private static PipelineSettings OnGround(PipelineSettings s)
    {
        if (SinkFactory.HoldAlpha(s.Outputs)) return s with { Render = s.Render with { Transparent = true, Hud = HudDetail.None } };
        return SinkFactory.OpaqueVideo(s.Outputs) is null ? s : s with { Render = s.Render with { Ground = s.Render.Backdrop ?? 0 } };
    }
}
