using System.Globalization;
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
    /// <summary>Runs at a size of which the fastest counts.</summary>
    private const int Tries = 3;

    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly Labeller _labeller;
    private Segmenter? _model;
    private volatile ResolutionLadder? _ladder;

    /// <exception cref="UserError">A rate is to be held, and the model takes one size.</exception>
    public LabelStage(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        LabelOptions labels = options.Labels ?? new LabelOptions();
        _labeller = new Labeller(labels, parts.Clock);
        TargetFps = labels.TargetFps ?? parts.Source.UsualRate;
        if (labels.TargetFps > 0 && parts.Models.Current is { TakesOneSize: true } model)
        {
            (int width, int height) = model.Manifest.Size;
            throw new UserError($"--target-fps: {model.Name} takes {width}×{height} only; leave it out or choose another model");
        }
    }

    /// <summary>The frame rate for which the network's size is chosen; 0 if it is not.</summary>
    public double TargetFps { get; }

    /// <summary>Share of still pixels that changed class; null if it is not measured.</summary>
    public double? Flicker => _labeller.Flicker;

    /// <summary>Chooses the size to begin with, and labels a blank image with nothing that counts.</summary>
    public void Prepare(FrameSlot blank)
    {
        if (TargetFps > 0) ChooseSize(_parts.Models.Current);
        using Labeller rehearsal = new(_options.Labels ?? new LabelOptions(), _parts.Clock);
        rehearsal.Label(blank, _parts.Models.Current, _ladder?.Size);
        rehearsal.Label(blank, _parts.Models.Current, _ladder?.Size); // now with a frame before it
    }

    /// <summary>Fills a captured slot's labels and confidence.</summary>
    public void Run(FrameSlot slot)
    {
        Segmenter model = _parts.Models.Borrow();
        try
        {
            if (TargetFps > 0 && model != _model) ChooseSize(model);
            slot[Stamp.Dequeued] = _parts.Clock.Now;
            _labeller.Label(slot, model, _ladder?.Size);
        }
        finally
        {
            model.LetGo();
        }
    }

    /// <summary>Reports what a presented frame cost, for the choice of the network's size; frames that kept a mask do not count.</summary>
    public void Observe(FrameSlot slot)
    {
        if (_ladder is not { } ladder || slot.LabelledFrom != slot[Stamp.Arrived]) return;
        double network = (slot[Stamp.Smoothed] - slot[Stamp.Dequeued]) / 1e6;
        double drawing = (slot[Stamp.Presented] - slot[Stamp.Taken]) / 1e6;
        ladder.Observe(network, _options.Schedule == Schedule.Pipelined ? 0 : drawing);
    }

    public void Dispose() => _labeller.Dispose();

    /// <summary>Chooses the size to begin with by running the model on an empty image.</summary>
    private void ChooseSize(Segmenter model)
    {
        (_model, _ladder) = (model, null);
        if (model.TakesOneSize) return;
        ResolutionLadder ladder = new(TargetFps, model.Manifest.Size);
        using FrameSlot blank = model.Blank();
        while (!Settles(ladder, model, blank)) { }
        _ladder = ladder;
        Tell(model, ladder.Size);
    }

    /// <summary>Whether one of a few runs is fast enough: the first allocates, and any may be slow while others begin their work.</summary>
    private bool Settles(ResolutionLadder ladder, Segmenter model, FrameSlot blank)
    {
        Measure(model, blank, ladder.Size);
        double best = double.MaxValue;
        for (int i = 0; i < Tries && !ladder.Fits(best); i++) best = Math.Min(best, Measure(model, blank, ladder.Size));
        return ladder.Settles(best);
    }

    private void Tell(Segmenter model, (int Width, int Height) size)
    {
        (int width, int height) = model.Manifest.Size;
        string of = size == (width, height) ? "" : $" of {width}×{height}";
        string begins = $"{model.Name} begins at {size.Width}×{size.Height}{of}; --target-fps 0 keeps its own size";
        _parts.Tell?.Invoke(string.Create(CultureInfo.InvariantCulture, $"for {TargetFps:0.##} frames/s {begins}"));
    }

    private double Measure(Segmenter model, FrameSlot slot, (int Width, int Height) size)
    {
        long begin = _parts.Clock.Now;
        model.Fit(slot, size);
        model.Infer(slot);
        return (_parts.Clock.Now - begin) / 1e6;
    }
}
