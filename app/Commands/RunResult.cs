using RealtimeSeg.Engine;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Commands;

/// <summary>A finished run: what it measured, and with what.</summary>
internal sealed record RunResult
{
    public required PipelineSettings Settings { get; init; }
    public required RunReport Report { get; init; }
    public required EngineOptions Engine { get; init; }
    public required string Model { get; init; }
    public required string Network { get; init; }
    public required (int Width, int Height) Size { get; init; }
    public required string Provider { get; init; }
    public required int Threads { get; init; }

    /// <summary>"GLFW window" or "EGL headless".</summary>
    public required string Context { get; init; }

    /// <summary>Name of what draws.</summary>
    public required string Device { get; init; }

    public FrameStats Stats => Report.Stats;

    public string Schedule => Engine.Schedule.ToString().ToLowerInvariant();
}
