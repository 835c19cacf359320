using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Input;

namespace RealtimeSeg.Engine;

/// <summary>
/// The loop. A frame's way is <see cref="CaptureStage"/>, <see cref="LabelStage"/>, <see cref="PresentStage"/>: an
/// <see cref="IFrameSupply"/> runs the first two on the schedule's threads, the loop the last.
/// </summary>
public sealed class FrameEngine : IDisposable
{
    /// <summary>How long to wait for a frame before window events are handled again.</summary>
    private const int PollMilliseconds = 10;

    /// <summary>Nanoseconds without a frame after which the last one is drawn again, with the figures of now.</summary>
    private const long Idle = 500_000_000;

    private readonly EngineParts _parts;
    private readonly Controls _controls;
    private readonly CaptureStage _capture;
    private readonly LabelStage _label;
    private readonly PresentStage _present;
    private readonly Telemetry _telemetry;
    private readonly RunLog _log;
    private readonly ContextKeeper _keeper;
    private readonly Action<UserInput> _onInput;
    private readonly Action<FrameSlot> _draw;
    private Status? _shownStatus;
    private FrameSlot? _last;
    private bool _isLabelled;
    private long _drawn;

    public FrameEngine(EngineParts parts, EngineOptions options)
    {
        _parts = parts;
        // Shaders run where images are drawn, so that labelling has no thread of its own.
        bool shaders = parts.Models.Current.Shaders is not null;
        Options = shaders && options.Schedule == Schedule.Pipelined ? options with { Schedule = Schedule.Ahead } : options;
        parts.Renderer.Smooth = options.Labels?.Smooth ?? 0;
        _controls = new Controls(parts.Renderer, parts.Models, parts.Stop);
        (_onInput, _draw) = (_controls.On, Draw);
        _capture = new CaptureStage(parts, Options, _controls);
        _label = new LabelStage(parts, Options);
        _telemetry = new Telemetry(parts, Options, _controls);
        _present = new PresentStage(parts, _telemetry, _label);
        _log = new RunLog(parts, _telemetry);
        _keeper = new ContextKeeper(parts, _telemetry, _label);
        foreach (IContextPart part in (IContextPart[])[parts.Renderer, _label, _present]) parts.Context.Add(part);
    }

    /// <summary>How it runs: as asked for, as far as the parts can.</summary>
    public EngineOptions Options { get; }

    /// <summary>Figures of the run, even of one that an error ended; null before its end.</summary>
    public RunReport? Report { get; private set; }

    /// <summary>Runs until the source ends, the frame limit, a key, or the parts' Stop. Outputs are completed whatever ends it.</summary>
    /// <exception cref="UserError">The source, the network or every sink failed.</exception>
    public RunReport Run()
    {
        try
        {
            _keeper.Survive(static engine => engine.Rehearse(), this);
            _telemetry.Begin();
            using IFrameSupply supply = OpenSupply();
            _telemetry.Watch(supply);
            Loop(supply);
        }
        finally
        {
            RunReport report = _telemetry.Report(_capture, _label, _present); // the stages' threads have ended
            Report = report with { ContextLosses = _keeper.Losses };
        }

        _parts.Sinks.ThrowIfFailed();
        return Report!;
    }

    public void Dispose() => _label.Dispose();

    /// <summary>
    /// Before a source is read, whose frames may not wait: all work on a frame is done once. What runs for the first time is compiled,
    /// the shaders by some drivers as well, for longer than a camera's period. A model that does not like a black image may like others.
    /// </summary>
    private void Rehearse()
    {
        FrameSlot blank = _parts.Models.Current.Blank();
        if (_label.NeedsOpenGl)
        {
            _label.Prepare(blank);
        }
        else
        {
            Worker labelling = Worker.Start("rehearsal", () => _label.Prepare(blank));
            if (!labelling.Join(_parts.Overdue)) return; // what hangs may still use the slot, and goes with the process
            if (labelling.Failure is not UserError) labelling.ThrowIfFailed();
        }

        if (blank.LabelledBy is not null && !_parts.Stop.IsCancellationRequested) _present.Rehearse(blank);
        blank.Dispose();
    }

    private IFrameSupply OpenSupply() => Options.Schedule == Schedule.Inline
        ? new InlineSupply(_capture)
        : new PipelinedSupply(
            _capture, _label, Options.LatestWins, Options.Slots, labelAhead: Options.Schedule == Schedule.Pipelined, _parts.Overdue);

    private void Loop(IFrameSupply supply)
    {
        try
        {
            while (!_parts.Stop.IsCancellationRequested && !_parts.Context.CloseRequested) Turn(supply);
        }
        finally
        {
            _parts.Stop.Cancel();
            _telemetry.End();
        }
    }

    /// <summary>One turn of the loop: events, then a frame if there is one.</summary>
    private void Turn(IFrameSupply supply)
    {
        if (!_keeper.Survive(static engine => engine.React(), this)) return;
        bool unseen = !_parts.Sinks.NeedsImages(_parts.Context.IsHidden);
        bool hold = (_controls.Paused && !_controls.StepAsked) || unseen;
        if (hold) Hold();
        else if (supply.Take(PollMilliseconds) is { } slot) Show(slot, supply);
        else if (supply.IsFinished) End(supply);
    }

    /// <summary>Does what the user asked for, and what comes of time.</summary>
    private void React()
    {
        _parts.Context.Poll(_onInput);
        _parts.Remote?.Poll(_onInput);
        _parts.Models.Turn(_parts.Clock.Now);
        _log.Turn(_parts.Clock.Now);
        if (_last is { } last && _parts.Renderer.Target is null) Restore(last);
        bool isSeen = _parts.Sinks.NeedsImages(_parts.Context.IsHidden);
        if (_controls.Changed || _shownStatus != _telemetry.Status || (isSeen && _parts.Clock.Now - _drawn >= Idle)) Redraw();
        if (_parts.Sinks.AreBehind) _present.Redraw();
    }

    /// <summary>The context is a new one, and nothing was drawn in it.</summary>
    private void Restore(FrameSlot last)
    {
        if (_label.HasLost(last)) _label.Run(last);
        while (!_present.Restore(last)) _label.Run(last);
    }

    private void Hold()
    {
        _parts.Stop.Token.WaitHandle.WaitOne(PollMilliseconds);
        _telemetry.Hold();
    }

    /// <summary>The last frame was shown: throws what ended the supply, if something did.</summary>
    private void End(IFrameSupply supply)
    {
        supply.Take(0);
        _parts.Stop.Cancel();
    }

    private void Show(FrameSlot slot, IFrameSupply supply)
    {
        _isLabelled = supply.LabelsAhead;
        if (!_keeper.Survive(_draw, slot)) return;
        _keeper.Settle();
        _telemetry.Record(slot);
        _parts.Shown?.Invoke(slot);
        _label.Observe(slot);
        _controls.StepAsked = false;
        _drawn = slot[Stamp.Presented];
        if (_last is { } before) supply.Return(before);
        _last = slot;
        if (_telemetry.Shown >= Options.Limit) _parts.Stop.Cancel();
    }

    /// <summary>Labels a slot, if that is still to be done, and gives it to the sinks.</summary>
    private void Draw(FrameSlot slot)
    {
        if (!_isLabelled || _label.HasLost(slot)) _label.Run(slot);
        _isLabelled = true;
        while (!_present.Run(slot)) _label.Run(slot);
    }

    private void Redraw()
    {
        _controls.Changed = false;
        _shownStatus = _telemetry.Status;
        _drawn = _parts.Clock.Now;
        _present.Redraw();
        if (_parts.Renderer.Target is not null) _telemetry.Publish(_parts.Clock.Now);
    }
}
