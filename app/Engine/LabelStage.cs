using RealtimeSeg.Frames;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Engine;

/// <summary>
/// Second stage of a frame's way: its labels. Its fields belong to the thread that infers, which is the only one that calls
/// <see cref="Run"/>. The thread that draws calls <see cref="Observe"/>, which reaches nothing but the ladder's choice of a size, and reads
/// the figures after the run.
/// </summary>
internal sealed class LabelStage : IDisposable
{
    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly Labeller _labeller;
    private readonly ResolutionLadder? _ladder;
    private bool _warm;

    public LabelStage(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        LabelOptions labels = options.Labels ?? new LabelOptions();
        _labeller = new Labeller(labels, parts.Clock);
        if (labels.TargetFps == 0) return;
        Segmenter model = parts.Models.Current;
        if (model.TakesOneSize)
        {
            (int width, int height) = model.Manifest.Size;
            throw new UserError($"--target-fps: {model.Name} takes {width}×{height} only; leave it out or choose another model");
        }

        _ladder = new ResolutionLadder(labels.TargetFps, model.Manifest.Size);
    }

    /// <summary>Whether the network's size is chosen to hold a frame rate.</summary>
    public bool ChoosesSize => _ladder is not null;

    /// <summary>Share of still pixels that changed class; null if it is not measured.</summary>
    public double? Flicker => _labeller.Flicker;

    /// <summary>Frames that kept the labels of an earlier one.</summary>
    public long Skipped => _labeller.Skipped;

    /// <summary>Fills a captured slot's labels and confidence.</summary>
    public void Run(FrameSlot slot)
    {
        Segmenter model = _parts.Models.Borrow();
        try
        {
            if (_ladder is not null && !_warm) WarmUp(model, slot, _ladder);
            slot[Stamp.Dequeued] = _parts.Clock.Now;
            _labeller.Label(slot, model, model.TakesOneSize ? null : _ladder?.Size);
        }
        finally
        {
            model.LetGo();
        }
    }

    /// <summary>Reports what a presented frame cost, for the choice of the network's size; frames that kept a mask do not count.</summary>
    public void Observe(FrameSlot slot)
    {
        if (_ladder is null || slot.LabelledFrom != slot[Stamp.Arrived]) return;
        double network = (slot[Stamp.Smoothed] - slot[Stamp.Dequeued]) / 1e6;
        double drawing = (slot[Stamp.Presented] - slot[Stamp.Taken]) / 1e6;
        _ladder.Observe(network, _options.Schedule == Schedule.Pipelined ? 0 : drawing);
    }

    public void Dispose() => _labeller.Dispose();

    /// <summary>Runs every size once: a first run allocates and must not happen in the middle of a video.</summary>
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
