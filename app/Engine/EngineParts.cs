using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Engine;

/// <summary>The parts of a running program. Whoever made them disposes them.</summary>
/// <param name="Source">Read by the capture stage only.</param>
/// <param name="Models">The model in use and those to choose from.</param>
/// <param name="Context">The window, or none.</param>
/// <param name="Renderer">Draws; used by the thread that owns OpenGL.</param>
/// <param name="Sinks">Where finished images go.</param>
/// <param name="Clock">Of the run.</param>
/// <param name="Stop">Ends the run; cancelled by the engine, too.</param>
/// <param name="Remote">Commands and figures of the page; null if there is none.</param>
/// <param name="Backdrop">What moves behind the foreground; null for a colour.</param>
/// <param name="Tell">Takes a line for the user.</param>
/// <param name="Events">Takes lines about what happens to the run while it goes on.</param>
/// <param name="Shown">Gets each frame that was shown, on the thread that draws.</param>
/// <param name="Overdue">Cancelled when there is no time left to wait for anything: a source may hang.</param>
public sealed record EngineParts(
    ISource Source,
    ModelShelf Models,
    IGlContext Context,
    Renderer Renderer,
    SinkSet Sinks,
    FrameClock Clock,
    CancellationTokenSource Stop,
    RemoteControl? Remote = null,
    Backdrop? Backdrop = null,
    Action<string>? Tell = null,
    Action<LogLevel, string>? Events = null,
    Action<FrameSlot>? Shown = null,
    CancellationToken Overdue = default);
