using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Frames;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;

namespace RealtimeSeg.Engine;

/// <summary>
/// What <see cref="Labeller"/> does, by shaders in the context that draws: the image is uploaded once, and its labels stay where the view
/// samples them. Used by the thread that owns OpenGL. Nothing waits for the GPU until the frame is drawn, so that stages are timed by the
/// GPU's clock.
/// </summary>
internal sealed class TextureLabeller : IDisposable
{
    /// <summary>Stages that end one after the other on the GPU.</summary>
    private static readonly Stamp[] Ends = [Stamp.Fitted, Stamp.Inferred, Stamp.Smoothed];

    private readonly EngineParts _parts;
    private readonly LabelOptions _options;
    private readonly KeepRule _keep;
    private readonly SceneCut _cut = new();
    private readonly GpuTimer _timer;
    private readonly TextureLabels _labels;
    private readonly bool _smooths;
    private Segmenter? _lastModel;
    private bool[]? _foregroundOf;
    private bool _timed;

    /// <exception cref="UserError">The context has no compute shaders, or the driver refuses these.</exception>
    public TextureLabeller(EngineParts parts, LabelOptions options)
    {
        (_parts, _options) = (parts, options);
        _smooths = options.Smooth > 0 || options.MeasureFlicker;
        _labels = new TextureLabels(parts.Context.Gl, options.Smooth, _smooths) { Palette = parts.Renderer.PaletteTexture };
        _timer = new GpuTimer(parts.Context.Gl, Ends.Length);
        _keep = new KeepRule(options);
    }

    /// <summary>Still pixels, and those that changed class; null if they are not counted. Waits.</summary>
    public FlickerCount? Flicker => _smooths ? _labels.Flicker : null;

    /// <summary>The same without those of the last frames, which are still in the context; does not wait.</summary>
    public FlickerCount? FlickerSoFar => _smooths ? _labels.FlickerSoFar : null;

    /// <summary>Programs that are held.</summary>
    public int Programs => _labels.Programs;

    /// <summary>Uploads a captured slot's image, and begins to label it.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="model">The network, one for shaders.</param>
    /// <param name="size">Working size instead of the model's own.</param>
    /// <exception cref="UserError">It cannot be run.</exception>
    public void Label(FrameSlot slot, Segmenter model, (int Width, int Height)? size)
    {
        FrameGeometry geometry = model.Geometry(slot, size);
        slot.LabelSize = new Size(geometry.Width, geometry.Height);
        bool other = !_labels.IsReady(model.Shaders!, geometry);
        if (other) _labels.Prepare(model.Shaders!, geometry, _parts.Tell);
        bool startsOver = (_smooths || _options.Skips) && StartsOver(slot, model);
        if (startsOver || other) _keep.Forget();
        uint image = _parts.Renderer.UploadImage(slot);
        bool skip = _options.Skips && _keep.Serves(slot, slot.Image);
        if (skip) slot.LabelledFrom = _keep.LabelledFrom;
        else Infer(slot, image, startsOver);
        slot[Stamp.Fitted] = slot[Stamp.Inferred] = slot[Stamp.Smoothed] = _parts.Clock.Now;
        _timed = !skip;
        if (_parts.Sinks.NeedsLabels) _labels.BeginRead();
        _labels.ThrowIfFailed(); // while it is known that these commands are to blame
        slot.ForegroundOf = _foregroundOf;
        _parts.Renderer.Show(_labels, _foregroundOf);
        slot.LabelledBy = _lastModel = model;
        slot.IsOnGpu = true;
    }

    /// <summary>When a slot has been drawn and the GPU is done: fetches what is needed in memory, and when its stages ended.</summary>
    /// <exception cref="UserError">The GPU could not do what it was given.</exception>
    public void Complete(FrameSlot slot)
    {
        _parts.Renderer.Complete(slot);
        if (!_timed) return;
        long offset = _parts.Clock.Now - _timer.Now, earliest = slot[Stamp.Dequeued];
        for (int i = 0; i < Ends.Length; i++)
            slot[Ends[i]] = earliest = Math.Clamp(_timer.At(i) + offset, earliest, slot[Stamp.Composited]);
        slot[Stamp.Taken] = slot[Stamp.Uploaded] = earliest;
    }

    /// <summary>Forgets what was labelled so far, as after a rehearsal. Waits.</summary>
    public void StartOver()
    {
        _labels.StartOver();
        _keep.Forget();
        _lastModel = null;
    }

    public void Dispose()
    {
        _labels.Dispose();
        _timer.Dispose();
        _keep.Dispose();
        _cut.Dispose();
    }

    private void Infer(FrameSlot slot, uint image, bool startsOver)
    {
        _labels.Fit(image, slot.Image.Size());
        _timer.Mark(0);
        _labels.Infer();
        _timer.Mark(1);
        _labels.Smooth(startsOver);
        _timer.Mark(2);
        slot.LabelledFrom = slot[Stamp.Arrived];
        _foregroundOf = _labels.Foreground is null ? null : slot.Wanted;
        if (_options.Skips) _keep.Remember(slot, slot.Image);
    }

    private bool StartsOver(FrameSlot slot, Segmenter model)
    {
        bool cut = _cut.Update(slot.Image);
        return cut || slot.Jumped || model != _lastModel;
    }
}
