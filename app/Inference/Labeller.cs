using OpenCvSharp;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Frames;

namespace RealtimeSeg.Inference;

/// <summary>A frame's labels: fit, then the network or the labels from before, then steadied. Called by one thread at a time.</summary>
public sealed class Labeller : IDisposable
{
    private readonly Func<Segmenter> _model;
    private readonly LabelOptions _options;
    private readonly FrameClock _clock;
    private readonly MotionMask _motion = new();
    private readonly FlickerMeter _flicker = new();
    private readonly TemporalSmoother _smoother;
    private readonly StillDetector _still = new();
    private readonly Mat _labels = new(), _confidence = new();
    private long _labelledAt;
    private Segmenter? _labelledBy;
    private bool _warm;

    /// <param name="model">Gives the model to label the next frame with.</param>
    /// <param name="options">How often and how large.</param>
    /// <param name="clock">Of the run.</param>
    public Labeller(Func<Segmenter> model, LabelOptions options, FrameClock clock)
    {
        (_model, _options, _clock) = (model, options, clock);
        _smoother = new TemporalSmoother(options.Smooth);
        if (options.TargetFps > 0) Ladder = new ResolutionLadder(options.TargetFps, model().Manifest.Size);
    }

    /// <summary>Chooses the network's size; null where it is fixed.</summary>
    public ResolutionLadder? Ladder { get; }

    /// <summary>Share of still pixels that changed class; null where it is not measured.</summary>
    public double? Flicker => Steadies ? _flicker.Flicker : null;

    /// <summary>Frames that kept the labels of an earlier one.</summary>
    public long Skipped { get; private set; }

    private bool Steadies => _options.Smooth > 0 || _options.MeasureFlicker;

    public void Label(FrameSlot slot)
    {
        slot[Stamp.Dequeued] = _clock.Now;
        Segmenter model = _model();
        if (Ladder is not null && !_warm) WarmUp(model, slot, Ladder);
        model.Fit(slot, Ladder?.Size);
        slot[Stamp.Fitted] = _clock.Now;
        bool skip = _options.Skips && _labelledBy == model && MaySkip(slot);
        if (skip) Reuse(slot);
        else model.Infer(slot);
        slot[Stamp.Inferred] = _clock.Now;
        if (_labelledBy is not null && _labelledBy != model) _smoother.Forget(); // another model's classes
        if (!skip && Steadies) Steady(slot);
        if (!skip && _options.Skips) Keep(slot);
        slot.LabelledBy = _labelledBy = model;
        slot.LabelledFrom = skip ? _labelledAt : slot[Stamp.Captured];
        slot[Stamp.Steadied] = _clock.Now;
    }

    public void Dispose()
    {
        _still.Dispose();
        _labels.Dispose();
        _confidence.Dispose();
    }

    private bool MaySkip(FrameSlot slot)
    {
        if (_labels.Size() != slot.Labels.Size()) return false; // the first frame, or another size
        if (slot.Index % _options.Every != 0) return true;
        if (_options.MostPerSecond > 0 && slot[Stamp.Captured] - _labelledAt < 1e9 / _options.MostPerSecond) return true;
        return _options.SkipStill && _still.IsStill(slot.Fitted);
    }

    private void Steady(FrameSlot slot)
    {
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        ReadOnlySpan<bool> still = _motion.Update(slot.Fitted.AsSpan<byte>(), slot.Fitted.Width);
        _smoother.Apply(still, labels, slot.Confidence.AsSpan<byte>());
        _flicker.Add(still, labels);
    }

    private void Keep(FrameSlot slot)
    {
        slot.Labels.CopyTo(_labels);
        slot.Confidence.CopyTo(_confidence);
        _labelledAt = slot[Stamp.Captured];
        if (_options.SkipStill) _still.Remember(slot.Fitted);
    }

    private void Reuse(FrameSlot slot)
    {
        _labels.CopyTo(slot.Labels);
        _confidence.CopyTo(slot.Confidence);
        Skipped++;
    }

    /// <summary>Runs every size once: a first run allocates, and must not happen in the middle of a video.</summary>
    private void WarmUp(Segmenter model, FrameSlot slot, ResolutionLadder ladder)
    {
        _warm = true;
        foreach ((int, int) size in ladder.Rungs)
        {
            model.Fit(slot, size);
            model.Infer(slot);
        }
    }
}
