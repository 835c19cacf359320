using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>A frame's labels: fitted, then inferred and smoothed over time, or kept from an earlier frame. Used by one thread.</summary>
/// <param name="options">How often, and how smooth.</param>
/// <param name="clock">For the frame's stamps.</param>
internal sealed class Labeller(LabelOptions options, FrameClock clock) : IDisposable
{
    private readonly KeepRule _keep = new(options);
    private readonly LabelMemory _memory = new();
    private readonly SceneCut _cut = new();
    private readonly MotionMask _motion = new();
    private readonly FlickerMeter _flicker = new();
    private readonly TemporalSmoother _smoother = new(options.Smooth);
    private readonly bool _smooths = options.Smooth > 0 || options.MeasureFlicker;
    private Segmenter? _lastModel;

    /// <summary>Still pixels, and those that changed class; null if they are not counted.</summary>
    public FlickerCount? Flicker => _smooths ? _flicker.Count : null;

    /// <summary>Fills a captured slot's fitted image, labels and confidence.</summary>
    /// <param name="slot">The frame.</param>
    /// <param name="model">The network.</param>
    /// <param name="size">Working size instead of the model's own.</param>
    public void Label(FrameSlot slot, Segmenter model, (int Width, int Height)? size = null)
    {
        model.Fit(slot, size);
        if ((_smooths || options.Skips) && StartsOver(slot, model)) Forget();
        slot[Stamp.Fitted] = clock.Now;
        slot.LabelSize = slot.Fitted.Size();
        bool skip = options.Skips && _keep.Serves(slot, slot.Fitted);
        if (skip) Skip(slot);
        else Infer(slot, model);
        slot.LabelledBy = _lastModel = model;
        slot.IsOnGpu = false;
        slot[Stamp.Smoothed] = clock.Now;
    }

    public void Dispose()
    {
        _keep.Dispose();
        _memory.Dispose();
        _cut.Dispose();
    }

    /// <summary>Whether a fitted frame has nothing to do with the one before: after a cut or a jump, or with another model.</summary>
    private bool StartsOver(FrameSlot slot, Segmenter model)
    {
        bool cut = _cut.Update(slot.Fitted);
        return cut || slot.Jumped || model != _lastModel;
    }

    /// <summary>Nothing is carried over: without a still pixel, neither smoothing nor flicker looks at the frame before.</summary>
    private void Forget()
    {
        _keep.Forget();
        _motion.Forget();
    }

    private void Skip(FrameSlot slot)
    {
        _memory.Recall(slot);
        slot.LabelledFrom = _keep.LabelledFrom;
        slot[Stamp.Inferred] = clock.Now;
    }

    private void Infer(FrameSlot slot, Segmenter model)
    {
        model.Infer(slot);
        slot[Stamp.Inferred] = clock.Now;
        slot.LabelledFrom = slot[Stamp.Arrived];
        if (_smooths) Smooth(slot);
        if (!options.Skips) return;
        _memory.Remember(slot);
        _keep.Remember(slot, slot.Fitted);
    }

    private void Smooth(FrameSlot slot)
    {
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        ReadOnlySpan<bool> still = _motion.Update(slot.Fitted.AsSpan<byte>(), slot.Fitted.Width);
        _smoother.Apply(still, labels, slot.Confidence.AsSpan<byte>());
        _flicker.Add(still, labels);
    }
}
