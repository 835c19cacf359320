using RealtimeSeg.Engine;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>A way to use the program as a row: its defaults, and how the engine runs.</summary>
/// <param name="Name">The command.</param>
/// <param name="Description">For <c>--help</c>.</param>
/// <param name="Defaults">Settings where the command line gives none.</param>
/// <param name="Windowed">Whether it opens a window if there is a display and no output is named.</param>
/// <param name="Engine">How the engine runs, in a window or to files.</param>
/// <param name="OnCpu">The schedule if one processor both infers and draws: there, overlapping the two only makes each frame later.</param>
/// <param name="WindowPaced">Whether a file plays at its own rate in a window.</param>
internal sealed record Mode(
    string Name,
    string Description,
    PipelineSettings Defaults,
    bool Windowed,
    EngineOptions Engine,
    Schedule OnCpu,
    bool WindowPaced)
{
    private static readonly LabelOptions Smoothed = new(Smooth: 0.5f);
    private static readonly HudOptions PanelEverywhere = new() { Everywhere = HudDetail.Full };

    public static Mode Live { get; } = new(
        "live",
        "A camera, shown live: late frames are skipped.",
        new PipelineSettings { Source = "0", Labels = Smoothed with { TargetFps = null } },
        Windowed: true,
        new EngineOptions(LatestWins: true, Paced: true),
        OnCpu: Schedule.Ahead,
        WindowPaced: true);

    public static Mode Replay { get; } = new(
        "replay",
        "A recording, every frame: at its own rate in a window, as fast as possible to files.",
        new PipelineSettings { Source = Bundled.Sample, Labels = Smoothed },
        Windowed: true,
        new EngineOptions(),
        OnCpu: Schedule.Pipelined,
        WindowPaced: true);

    public static Mode Bench { get; } = new(
        "bench",
        "Latency of every stage, unthrottled.",
        new PipelineSettings { Source = Bundled.Sample, Labels = Smoothed with { MeasureFlicker = true }, Hud = PanelEverywhere },
        Windowed: false,
        new EngineOptions(Slots: 2, WarmUp: 20),
        OnCpu: Schedule.Inline,
        WindowPaced: false);

    /// <summary>How the engine runs with these settings.</summary>
    /// <param name="s">The settings.</param>
    /// <param name="sequence">Whether the source's frames follow one another.</param>
    /// <param name="window">Whether a window is open.</param>
    /// <param name="onCpu">Whether one processor both infers and draws.</param>
    public EngineOptions For(PipelineSettings s, bool sequence, bool window, bool onCpu) => Engine with
    {
        Frames = s.Frames,
        Schedule = s.Schedule ?? (onCpu ? OnCpu : Engine.Schedule),
        Labels = s.Labels.For(sequence),
        Paced = s.Paced ?? (Engine.Paced || (window && WindowPaced)),
    };
}
