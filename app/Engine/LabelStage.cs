using System.Globalization;
using RealtimeSeg.Core.Temporal;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Inference;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Engine;

/// <summary>
/// Second stage of a frame's way: its labels. Its fields belong to the thread that infers, which is the only one that calls
/// <see cref="Run(FrameSlot)"/>. The thread that draws calls <see cref="Complete"/>, which matters only where it infers, too, and
/// <see cref="Observe"/>, which reaches nothing but the ladder's choice of a size; it reads the figures after the run.
/// </summary>
internal sealed class LabelStage : IContextPart, IDisposable
{
    /// <summary>Runs at a size of which the fastest counts.</summary>
    private const int Tries = 3;

    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly LabelOptions _labels;
    private readonly Labeller _labeller;
    private TextureLabeller? _onGpu;
    private Segmenter? _model;
    private volatile ResolutionLadder? _ladder;

    /// <summary>What shaders counted in contexts that were lost; null if there were none.</summary>
    private FlickerCount? _before;

    /// <exception cref="UserError">A rate is to be held, and the model takes one size.</exception>
    public LabelStage(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        _labels = options.Labels ?? new LabelOptions();
        _labeller = new Labeller(_labels, parts.Clock);
        TargetFps = _labels.TargetFps ?? parts.Source.UsualRate;
        if (_labels.TargetFps > 0 && parts.Models.Current is { TakesOneSize: true } model)
        {
            (int width, int height) = model.Manifest.Size;
            throw new UserError($"--target-fps: {model.Name} takes {width}×{height} only; leave it out or choose another model");
        }
    }

    /// <summary>The frame rate for which the network's size is chosen; 0 if it is not.</summary>
    public double TargetFps { get; }

    /// <summary>Share of still pixels that changed class; null if it is not measured.</summary>
    public double? Flicker => Together(Sum(_before, _onGpu?.Flicker), _labeller.Flicker);

    /// <summary>Whether the thread that draws must infer, too: shaders do.</summary>
    public bool NeedsOpenGl => _parts.Models.Current.Shaders is not null;

    /// <summary>Chooses the size to begin with, and labels a blank image with nothing that counts.</summary>
    public void Prepare(FrameSlot blank)
    {
        using Labeller rehearsal = new(_labels, _parts.Clock);
        for (int i = 0; i < 2; i++) Run(blank, rehearsal); // the second time with a frame before it
        _onGpu?.StartOver();
    }

    /// <summary>Labels a captured slot.</summary>
    public void Run(FrameSlot slot) => Run(slot, _labeller);

    /// <summary>Whether a slot's labels were in a context that is gone.</summary>
    public bool HasLost(FrameSlot slot) => slot.IsOnGpu && _onGpu is null;

    public void Close()
    {
        _before = Sum(_before, _onGpu?.FlickerSoFar);
        _onGpu?.Dispose();
        _onGpu = null;
    }

    public void Open(GL gl)
    {
        // Shaders come with the next frame that needs them, as with the first.
    }

    /// <summary>Has the CPU take over from shaders; false if it runs the network already, or cannot.</summary>
    /// <param name="why">A line for the user; that the CPU should be used is done with this.</param>
    public bool LeaveShaders(string why)
    {
        if (!_parts.Models.FallBack()) return false;
        _parts.Events?.Invoke(LogLevel.Warning, $"{GlNetwork.WithoutRemedy(why)}; from here on the CPU runs the network");
        return true;
    }

    /// <summary>When a slot has been drawn: where its labels are made by what draws, this is when they are done.</summary>
    /// <returns>False if shaders failed at it: it is to be labelled again, by the CPU, which has taken over.</returns>
    public bool Complete(FrameSlot slot)
    {
        if (!slot.IsOnGpu)
        {
            if (_parts.Models.FellBack) Close(); // nothing is drawn from what shaders hold any more
            return true;
        }

        try
        {
            _onGpu!.Complete(slot);
            return true;
        }
        catch (UserError e) when (FallBack(e))
        {
            return false;
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

    /// <summary>Share of the pixels of a whole run, in which the CPU may have taken over from shaders; null if neither counted.</summary>
    internal static double? Together(FlickerCount? byShaders, FlickerCount? byCpu) => byShaders is null && byCpu is null
        ? null
        : Sum(byShaders, byCpu)!.Value.Share;

    private static FlickerCount? Sum(FlickerCount? a, FlickerCount? b) => a is { } one && b is { } other ? one + other : a ?? b;

    public void Dispose()
    {
        _labeller.Dispose();
        _onGpu?.Dispose();
    }

    private void Run(FrameSlot slot, Labeller labeller)
    {
        Segmenter model = _parts.Models.Borrow();
        try
        {
            if (TargetFps > 0 && model != _model) ChooseSize(model);
            slot[Stamp.Dequeued] = _parts.Clock.Now;
            slot.Wanted = _parts.Renderer.Wanted;
            if (model.Shaders is null) labeller.Label(slot, model, _ladder?.Size);
            else OnGpu().Label(slot, model, _ladder?.Size);
            return;
        }
        catch (UserError e) when (model.Shaders is not null && FallBack(e))
        {
            // The CPU has the frame now.
        }
        finally
        {
            model.LetGo();
        }

        Run(slot, labeller);
    }

    /// <summary>Has the CPU take over from shaders; false if it cannot, or if they only failed because the context is lost.</summary>
    private bool FallBack(UserError why) => _parts.Context.Look() is null && LeaveShaders(why.Message);

    private TextureLabeller OnGpu() => _onGpu ??= new TextureLabeller(_parts, _labels);

    /// <summary>Chooses the size to begin with by running the model on an empty image.</summary>
    private void ChooseSize(Segmenter model)
    {
        (_model, _ladder) = (model, null);
        if (model.TakesOneSize) return;
        ResolutionLadder ladder = new(TargetFps, model.Manifest.Size);
        using FrameSlot blank = model.Blank();
        while (!Settles(ladder, model, blank)) { }
        _ladder = ladder;
        Tell(model, ladder);
    }

    /// <summary>Whether one of a few runs is fast enough: the first allocates, and any may be slow while others begin their work.</summary>
    private bool Settles(ResolutionLadder ladder, Segmenter model, FrameSlot blank)
    {
        Measure(model, blank, ladder.Size);
        double best = double.MaxValue;
        for (int i = 0; i < Tries && !ladder.Fits(best); i++) best = Math.Min(best, Measure(model, blank, ladder.Size));
        return ladder.Settles(best);
    }

    private void Tell(Segmenter model, ResolutionLadder ladder)
    {
        ((int width, int height), (int Width, int Height) size) = (model.Manifest.Size, ladder.Size);
        if (ladder.IsOutOfReach)
        {
            string slow = $"{model.Name} takes longer even at {size.Width}×{size.Height}; --target-fps 0 keeps its own size";
            _parts.Tell?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{TargetFps:0.##} frames/s are out of reach: {slow}"));
            return;
        }

        string of = size == (width, height) ? "" : $" of {width}×{height}";
        string begins = $"{model.Name} begins at {size.Width}×{size.Height}{of}; --target-fps 0 keeps its own size";
        _parts.Tell?.Invoke(string.Create(CultureInfo.InvariantCulture, $"for {TargetFps:0.##} frames/s {begins}"));
    }

    private double Measure(Segmenter model, FrameSlot slot, (int Width, int Height) size)
    {
        long begin = _parts.Clock.Now;
        if (model.Shaders is not null)
        {
            OnGpu().Label(slot, model, size);
            _parts.Context.Gl.Finish();
        }
        else
        {
            model.Fit(slot, size);
            model.Infer(slot);
        }

        return (_parts.Clock.Now - begin) / 1e6;
    }
}
