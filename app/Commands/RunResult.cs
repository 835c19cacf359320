using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>A finished run: its figures, and what they were measured with.</summary>
internal sealed record RunResult
{
    public required PipelineSettings Settings { get; init; }
    public required RunReport Report { get; init; }
    public required EngineOptions Engine { get; init; }
    public required string Source { get; init; }

    /// <summary>Whether each frame was an image file of its own.</summary>
    public required bool ArePictures { get; init; }

    public required string Model { get; init; }
    public required string Network { get; init; }

    /// <summary>What the network read at the end, in pixels; its working size if nothing was shown.</summary>
    public required (int Width, int Height) Size { get; init; }

    public required string Provider { get; init; }
    public required int Threads { get; init; }

    /// <summary>Of the numbers that shaders store; null if they never ran the network.</summary>
    public required int? GlBits { get; init; }

    /// <summary>"GLFW window" or "EGL headless".</summary>
    public required string Context { get; init; }

    /// <summary>Name of the device that draws.</summary>
    public required string Device { get; init; }

    public FrameStats Stats => Report.Stats;

    /// <summary>The rate for which the network's size was chosen; 0 if it was not, null if it was the source's own.</summary>
    public double? TargetFps => Engine.Labels is { } labels ? labels.TargetFps : 0;

    public string Schedule => Engine.Schedule.ToString().ToLowerInvariant();

    /// <param name="settings">The command line.</param>
    /// <param name="engine">How the engine ran.</param>
    /// <param name="parts">What it ran with.</param>
    /// <param name="model">The model that it started with.</param>
    /// <param name="report">What it measured.</param>
    public static RunResult Of(
        PipelineSettings settings, EngineOptions engine, Composition parts, Segmenter model, RunReport report) => new()
        {
            Settings = settings,
            Report = report,
            Engine = engine,
            Source = parts.Source.Name,
            ArePictures = parts.Source.Pictures is not null,
            Model = model.Name,
            Network = model.Manifest.Network,
            Size = report.NetworkSize ?? model.Manifest.Size,
            Provider = model.Provider,
            Threads = model.Threads,
            GlBits = report.Stats.Networks.Any(n => n.Provider == ExecutionProviders.Gl)
                ? parts.Renderer.Driver.Bits(settings.Segmenter.GlHalf)
                : null,
            Context = parts.Context.Kind,
            Device = parts.Renderer.Driver.Name,
        };
}
