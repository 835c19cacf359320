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
    public required string Model { get; init; }
    public required string Network { get; init; }

    /// <summary>The network's working size in pixels.</summary>
    public required (int Width, int Height) Size { get; init; }

    public required string Provider { get; init; }
    public required int Threads { get; init; }

    /// <summary>"GLFW window" or "EGL headless".</summary>
    public required string Context { get; init; }

    /// <summary>Name of the device that draws.</summary>
    public required string Device { get; init; }

    public FrameStats Stats => Report.Stats;

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
            Model = model.Name,
            Network = model.Manifest.Network,
            Size = model.Manifest.Size,
            Provider = model.Provider,
            Threads = model.Threads,
            Context = parts.Context.Kind,
            Device = parts.Renderer.Device,
        };
}
