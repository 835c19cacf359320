using System.Globalization;
using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Engine;

/// <summary>
/// Last stage of a frame's way: drawn, and shown or stored. Its fields belong to the thread that runs the loop and owns OpenGL.
/// </summary>
internal sealed class PresentStage : IContextPart
{
    private readonly EngineParts _parts;
    private readonly Telemetry _telemetry;
    private readonly LabelStage _label;
    private readonly Renderer _renderer;
    private readonly Func<HudText> _hudText;
    private readonly string _purpose;
    private IFrameModel? _model;
    private bool _told;

    public PresentStage(EngineParts parts, Telemetry telemetry, LabelStage label)
    {
        (_parts, _telemetry, _label, _renderer) = (parts, telemetry, label, parts.Renderer);
        _purpose = label.TargetFps > 0 ? string.Create(CultureInfo.InvariantCulture, $" for {label.TargetFps:0.#} fps") : "";
        _hudText = telemetry.HudText;
    }

    /// <summary>Size of the network for the frame shown last, in pixels.</summary>
    public Size NetworkSize { get; private set; }

    /// <summary>Draws a labelled slot and gives it to every sink.</summary>
    /// <returns>False if no sink got it: its labels turned out wrong, and are to be made again.</returns>
    /// <exception cref="ContextLostException">The context was lost: the frame is to be drawn again in the next one.</exception>
    public bool Run(FrameSlot slot)
    {
        slot[Stamp.Taken] = _parts.Clock.Now;
        if (slot.LabelledBy != _model || slot.LabelSize != NetworkSize) Adopt(slot.LabelledBy!, slot.LabelSize);
        TellForeground();
        _renderer.Upload(slot);
        MoveBackdrop(slot);
        slot[Stamp.Uploaded] = _parts.Clock.Now;
        _renderer.Compose(_hudText, slot[Stamp.Uploaded], hud: _parts.Sinks.LeastHud(_renderer));
        slot[Stamp.Composited] = _parts.Clock.Now;
        bool labelled = _label.Complete(slot);
        _parts.Context.ThrowIfLost(); // or the sinks would get nothing for an image
        if (!labelled) return false;
        _parts.Sinks.Present(_renderer, slot);
        slot[Stamp.Presented] = _parts.Clock.Now;
        return true;
    }

    /// <summary>Draws a labelled slot, which nobody sees.</summary>
    public void Rehearse(FrameSlot blank)
    {
        _renderer.Rehearse(blank, _hudText);
        blank[Stamp.Composited] = _parts.Clock.Now;
        _label.Complete(blank);
    }

    /// <summary>Draws a slot that was shown before in a context that does not have it: what shows the last frame shows it again.</summary>
    /// <returns>False if its labels turned out wrong, and are to be made again.</returns>
    public bool Restore(FrameSlot slot)
    {
        _renderer.Upload(slot);
        Redraw();
        slot[Stamp.Composited] = _parts.Clock.Now;
        return _label.Complete(slot);
    }

    public void Close()
    {
        // It holds nothing of the context.
    }

    /// <summary>The renderer has been opened: it needs what it does not get with each frame.</summary>
    public void Open(GL gl)
    {
        if (_parts.Backdrop is { } backdrop && !backdrop.Image.Empty()) _renderer.SetBackdrop(backdrop.Image);
    }

    /// <summary>Draws the last frame again, for example after a key changed how it looks. Recordings do not get it twice.</summary>
    public void Redraw()
    {
        _renderer.Compose(_hudText, _parts.Clock.Now, freshHud: true, _parts.Sinks.LeastHud(_renderer));
        _parts.Context.ThrowIfLost();
        if (_renderer.Target is not null) _parts.Sinks.Redraw(_renderer);
    }

    /// <summary>Takes over from the first frame of another model, whose classes the labels now have, or of another size.</summary>
    private void Adopt(IFrameModel model, Size size)
    {
        if (_model is not null && model != _model) _renderer.SetClasses(model.Manifest.Classes, model.Manifest.Palette);
        (_model, NetworkSize) = (model, size);
        string purpose = model is Segmenter { TakesOneSize: true } ? "" : _purpose;
        _telemetry.Network = $"{model.Name} on {model.Provider}, {size.Width}×{size.Height}{purpose}";
    }

    /// <summary>Says once if a view of the foreground shows the plain image, because nothing is background.</summary>
    private void TellForeground()
    {
        if (_told || !_renderer.KeepsEverything) return;
        _told = true;
        string classes = string.Join(", ", _renderer.Classes);
        _parts.Tell?.Invoke($"--view {_renderer.View}: all classes of {_model!.Name} are foreground, since none is background: choose some "
            + $"with --show ({classes}), or take a model of people: --model models/person.onnx");
    }

    /// <summary>Moves the backdrop with the video in front of it, while it is visible.</summary>
    private void MoveBackdrop(FrameSlot slot)
    {
        if (_parts.Backdrop is not { } backdrop || !_renderer.View.ShowsBackdrop) return;
        if (backdrop.Follow(slot.Seconds, slot.Jumped)) _renderer.SetBackdrop(backdrop.Image);
    }
}
