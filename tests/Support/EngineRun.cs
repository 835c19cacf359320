using RealtimeSeg.Engine;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Tests.Support;

/// <summary>The real engine on a source and a sink that a test chooses, drawn headless.</summary>
internal static class EngineRun
{
    /// <summary>Runs to the end and disposes the parts.</summary>
    public static RunReport Of(
        Segmenter segmenter,
        EngineOptions options,
        ISource source,
        ISink sink,
        HudDetail hud = HudDetail.None,
        FrameClock? clock = null,
        Action<RunReport>? ended = null,
        CancellationTokenSource? stop = null,
        Action<string>? tell = null,
        Func<string, Segmenter>? loadForCpu = null,
        Action<LogLevel, string>? events = null,
        RenderOptions? render = null,
        ForcedLosses? losses = null,
        RemoteControl? remote = null,
        Backdrop? backdrop = null,
        CancellationToken overdue = default)
    {
        Segmenter Load(string file) => throw new UserError("no other model");
        using ModelShelf models = new([segmenter.Name], 0, segmenter, Load, loadForCpu);
        using EglContext context = new(losses);
        render = (render ?? new RenderOptions()) with { Hud = hud };
        using Renderer renderer = new(context.Gl, segmenter.Manifest.Classes, segmenter.Manifest.Palette, render);
        using (source)
        using (SinkSet sinks = new(_ => { }))
        using (stop ??= new CancellationTokenSource())
        {
            sinks.Add(sink);
            EngineParts parts = new(source, models, context, renderer, sinks, clock ?? new WallClock(), stop, Tell: tell, Overdue: overdue)
            {
                Events = events,
                Remote = remote,
                Backdrop = backdrop,
            };
            using FrameEngine engine = new(parts, options);
            try
            {
                return engine.Run();
            }
            finally
            {
                ended?.Invoke(engine.Report!);
            }
        }
    }
}
