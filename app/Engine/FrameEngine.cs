using OpenCvSharp;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Inference;
using RealtimeSeg.Input;

namespace RealtimeSeg.Engine;

/// <summary>Source → network → picture → sinks, frame after frame.</summary>
public sealed class FrameEngine : IDisposable
{
    /// <summary>How long to wait for a frame before window events are looked at again.</summary>
    private const int PollMilliseconds = 10;

    private const long PublishPeriod = 200_000_000;

    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly FrameStats _stats = new();
    private readonly Labeller _labeller;
    private readonly Controls _controls;
    private readonly WaitHandle _stop;
    private readonly Func<HudText> _hudText;
    private readonly Action<UserInput> _onInput;
    private IFrameSupply? _supply;
    private Segmenter? _shownModel;
    private MemoryMark _mark;
    private long _captured, _shown, _due, _begun, _droppedBefore, _published;
    private string? _said;
    private string _network = "";
    private Size _networkSize;

    public FrameEngine(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        _stop = parts.Stop.Token.WaitHandle;
        _labeller = new Labeller(() => parts.Models.Current, options.Labels ?? new LabelOptions(), parts.Clock);
        _controls = new Controls(parts.Renderer, parts.Models, parts.Stop);
        (_hudText, _onInput) = (HudText, _controls.On);
    }

    /// <summary>Runs until the source ends, the frame limit, a key, or the parts' Stop.</summary>
    public RunReport Run()
    {
        Stages stages = new(Capture, _labeller.Label);
        _mark = MemoryMark.Now();
        using (_supply = Supply(stages))
        {
            try
            {
                while (!_parts.Stop.IsCancellationRequested && !_parts.Context.CloseRequested) Turn(_supply);
            }
            finally
            {
                _parts.Stop.Cancel();
            }

            return Report(_supply);
        }
    }

    public void Dispose() => _labeller.Dispose();

    private IFrameSupply Supply(Stages stages) => _options.Schedule == Schedule.Inline
        ? new InlineSupply(stages)
        : new PipelinedSupply(stages, _options.LatestWins, _options.Slots, labelAhead: _options.Schedule == Schedule.Pipelined);

    /// <summary>One turn of the loop: events, then a frame if there is one.</summary>
    private void Turn(IFrameSupply supply)
    {
        _parts.Context.Poll(_onInput);
        _parts.Remote?.Poll(_onInput);
        _parts.Models.Turn(_parts.Clock.Now);
        if (_controls.Changed || _said != (Trouble ?? _parts.Models.Notice)) Redraw();
        bool hold = (_controls.Paused && !_controls.StepAsked) || !_parts.Sinks.NeedsPictures(_parts.Context.IsHidden);
        FrameSlot? slot = hold ? null : supply.Take(PollMilliseconds);
        if (slot is not null)
        {
            Show(slot);
            _controls.StepAsked = false;
            supply.Return(slot);
        }
        else if (hold)
        {
            _stop.WaitOne(PollMilliseconds);
        }
        else if (supply.IsFinished)
        {
            supply.Take(0); // throws what ended it, if something did
            _parts.Stop.Cancel();
        }
    }

    private bool Capture(FrameSlot slot)
    {
        FrameClock clock = _parts.Clock;
        if (_parts.Stop.IsCancellationRequested || (_options.Frames > 0 && _captured >= _options.Frames + _options.WarmUp)) return false;
        if (_options.Paced && !_parts.Source.IsLive)
        {
            long period = (long)(1e9 / (_parts.Source.FramesPerSecond * _controls.Speed));
            _due = Math.Max(_due + period, clock.Now - period); // after a pause, go on rather than catch up
            clock.WaitUntil(_due, _stop);
        }

        if (_controls.TakeSeek() is not 0 and double seconds) _parts.Source.Seek(seconds);
        slot[Stamp.Requested] = clock.Now;
        if (!_parts.Source.Read(slot.Image)) return false;
        slot[Stamp.Captured] = clock.Now;
        slot.Index = _captured++;
        return true;
    }

    private void Show(FrameSlot slot)
    {
        slot[Stamp.Taken] = _parts.Clock.Now;
        if (slot.LabelledBy is Segmenter by && (by != _shownModel || slot.Fitted.Size() != _networkSize)) Adopt(by, slot.Fitted.Size());
        _parts.Renderer.Upload(slot);
        MoveBackdrop(slot);
        slot[Stamp.Uploaded] = _parts.Clock.Now;
        _parts.Renderer.Compose(_hudText, slot[Stamp.Uploaded]);
        slot[Stamp.Composited] = _parts.Clock.Now;
        _parts.Sinks.Present(_parts.Renderer, slot);
        slot[Stamp.Presented] = _parts.Clock.Now;
        _stats.Record(slot);
        Observe(slot);
        Publish(slot[Stamp.Presented]);
        if (++_shown == _options.WarmUp) EndWarmUp();
    }

    /// <summary>The backdrop runs with the recording that it lies behind, or with the clock; and only where it is seen.</summary>
    private void MoveBackdrop(FrameSlot slot)
    {
        if (_parts.Backdrop is not { } backdrop || _parts.Renderer.View != View.Replace) return;
        if (_begun == 0) _begun = slot[Stamp.Captured];
        double seconds = _parts.Source.IsLive || _parts.Source.FramesPerSecond <= 0 ? (slot[Stamp.Captured] - _begun) / 1e9 : slot.Index / _parts.Source.FramesPerSecond;
        if (backdrop.Advance(seconds)) _parts.Renderer.SetBackdrop(backdrop.Image);
    }

    private string? Trouble => _parts.Source.Status ?? _parts.Models.Fault ?? _parts.Renderer.ShaderFault;

    /// <summary>The first frame of another model, from which on labels are its classes, or of another size.</summary>
    private void Adopt(Segmenter model, Size size)
    {
        if (_shownModel is not null && model != _shownModel) _parts.Renderer.SetClasses(model.Manifest.Classes, model.Manifest.Palette);
        (_shownModel, _networkSize) = (model, size);
        _network = $"{model.Name} on {model.Provider}, {size.Width}×{size.Height}";
    }

    /// <summary>What the frame cost, for the choice of the network's size; a frame that kept its mask says nothing about that.</summary>
    private void Observe(FrameSlot slot)
    {
        if (_labeller.Ladder is null || slot.LabelledFrom != slot[Stamp.Captured]) return;
        double network = (slot[Stamp.Steadied] - slot[Stamp.Dequeued]) / 1e6, drawing = (slot[Stamp.Presented] - slot[Stamp.Taken]) / 1e6;
        _labeller.Ladder.Observe(network, _options.Schedule == Schedule.Pipelined ? 0 : drawing);
    }

    /// <summary>Figures for those who look from outside, a few times a second.</summary>
    private void Publish(long now)
    {
        if (_parts.Remote is null || now - _published < PublishPeriod) return;
        _published = now;
        HudText t = HudText();
        Renderer r = _parts.Renderer;
        _parts.Remote.Publish(new Snapshot
        {
            Fps = t.FramesPerSecond,
            LatencyP50 = t.LatencyP50,
            LatencyP99 = t.LatencyP99,
            MaskAge = t.MaskAge,
            Frames = _stats.Count,
            Dropped = t.Drops,
            Network = t.Network,
            View = r.View.ToString().ToLowerInvariant(),
            Paused = _controls.Paused,
            Solo = r.Solo,
            Trouble = t.Trouble,
            Stages = Enum.GetValues<Stage>().ToDictionary(s => s.ToString().ToLowerInvariant(), s => _stats.Of(s).P50, StringComparer.Ordinal),
            Shares = r.Classes.Select((name, i) => (name, (int)r.Shares[i])).ToDictionary(s => s.name, s => s.Item2, StringComparer.Ordinal),
        });
    }

    private void EndWarmUp()
    {
        _stats.Clear();
        _droppedBefore = _supply!.Dropped;
        _mark = MemoryMark.Now();
    }

    /// <summary>The same frame again, after a key changed how it looks. Recordings do not get it twice.</summary>
    private void Redraw()
    {
        _controls.Changed = false;
        _said = Trouble ?? _parts.Models.Notice;
        _parts.Renderer.Compose(_hudText, _parts.Clock.Now, freshHud: true);
        if (_parts.Renderer.Target is null) return;
        _parts.Sinks.Redraw(_parts.Renderer);
        _published = 0;
        Publish(_parts.Clock.Now);
    }

    private HudText HudText()
    {
        Percentiles latency = _stats.CaptureToPresent;
        return new HudText(_stats.FramesPerSecond, latency.P50, latency.P99, _stats.MaskAge.P50, _supply?.Dropped ?? 0, _network, _stats, Trouble, _parts.Models.Notice);
    }

    private RunReport Report(IFrameSupply supply)
    {
        MemoryMark now = MemoryMark.Now();
        bool ended = supply.IsFinished && (_options.Frames == 0 || _captured < _options.Frames + _options.WarmUp);
        return new RunReport
        {
            Stats = _stats,
            Read = _captured,
            Dropped = supply.Dropped - _droppedBefore,
            ManagedBytesPerFrame = (now.Allocated - _mark.Allocated) / (double)Math.Max(1, _stats.Count),
            Gen0Collections = now.Gen0 - _mark.Gen0,
            Gen2Collections = now.Gen2 - _mark.Gen2,
            Flicker = _labeller.Flicker,
            Skipped = _labeller.Skipped,
            NetworkSize = _labeller.Ladder is null ? null : (_networkSize.Width, _networkSize.Height),
            EndNote = ended ? _parts.Source.EndNote(_captured) : null,
            Outputs = _parts.Sinks.Finish(),
        };
    }
}
