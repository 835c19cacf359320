using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Model;
using RealtimeSeg.Sinks;
using RealtimeSeg.Sources;

namespace RealtimeSeg.Engine;

/// <summary>What runs at the same time.</summary>
public enum Schedule
{
    /// <summary>Nothing: capture, inference and drawing one after the other.</summary>
    Inline,

    /// <summary>Capture beside inference and drawing: for live sources where one processor infers and draws.</summary>
    Ahead,

    /// <summary>All three beside one another: the most frames a second, above all where a GPU draws or infers.</summary>
    Pipelined,
}

/// <summary>How frames are scheduled: a mode is a row of these, not a branch in the engine.</summary>
/// <param name="Schedule">What runs at the same time.</param>
/// <param name="LatestWins">Skip frames rather than show old ones.</param>
/// <param name="Paced">Hold the source to its own frame rate.</param>
/// <param name="Slots">Frames in flight when none may be skipped: 3 keep every stage busy, 2 keep the latency short.</param>
/// <param name="Frames">Stop after so many frames beyond the warm-up; 0 for no limit.</param>
/// <param name="WarmUp">Frames that no statistic counts.</param>
/// <param name="Smooth">Strength of the temporal smoothing, 0–1.</param>
/// <param name="MeasureFlicker">Count flicker also where nothing is smoothed.</param>
public sealed record EngineOptions(Schedule Schedule = Schedule.Pipelined, bool LatestWins = false, bool Paced = false, int Slots = 3, long Frames = 0, int WarmUp = 0, float Smooth = 0, bool MeasureFlicker = false);

/// <summary>The parts of a running program. Whoever made them disposes them, except the sinks.</summary>
public sealed record EngineParts(ISource Source, Segmenter Segmenter, IGlContext Context, Renderer Renderer, IReadOnlyList<ISink> Sinks, FrameClock Clock, CancellationTokenSource Stop);

/// <summary>Source → network → picture → sinks, frame after frame.</summary>
public sealed class FrameEngine
{
    /// <summary>How long to wait for a frame before window events are looked at again.</summary>
    private const int PollMilliseconds = 10;

    private readonly EngineParts _parts;
    private readonly EngineOptions _options;
    private readonly FrameStats _stats = new();
    private readonly MotionMask _motion = new();
    private readonly FlickerMeter _flicker = new();
    private readonly TemporalSmoother _smoother;
    private readonly WaitHandle _stop;
    private readonly Func<HudText> _hudText;
    private readonly Action<UserKey> _onKey;
    private IFrameSupply? _supply;
    private MemoryMark _mark;
    private long _captured, _shown, _due, _droppedBefore;
    private bool _paused, _changed;
    private string? _trouble;
    private int _stills;

    public FrameEngine(EngineParts parts, EngineOptions options)
    {
        (_parts, _options) = (parts, options);
        _stop = parts.Stop.Token.WaitHandle;
        (_hudText, _onKey) = (HudText, OnKey);
        _smoother = new TemporalSmoother(options.Smooth);
    }

    /// <summary>Runs until the source ends, the frame limit, a key, or the parts' Stop.</summary>
    public RunReport Run()
    {
        Stages stages = new(Capture, Label);
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

    private IFrameSupply Supply(Stages stages) => _options.Schedule == Schedule.Inline
        ? new InlineSupply(stages)
        : new PipelinedSupply(stages, _options.LatestWins, _options.Slots, labelAhead: _options.Schedule == Schedule.Pipelined);

    /// <summary>One turn of the loop: events, then a frame if there is one.</summary>
    private void Turn(IFrameSupply supply)
    {
        _parts.Context.Poll(_onKey);
        if (_changed || _trouble != _parts.Source.Trouble) Redraw();
        FrameSlot? slot = _paused ? null : supply.Take(PollMilliseconds);
        if (slot is not null)
        {
            Show(slot);
            supply.Return(slot);
        }
        else if (_paused)
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
            long period = (long)(1e9 / _parts.Source.FramesPerSecond);
            _due = Math.Max(_due + period, clock.Now - period); // after a pause, go on rather than catch up
            clock.WaitUntil(_due, _stop);
        }

        slot[Stamp.Requested] = clock.Now;
        if (!_parts.Source.Read(slot.Image)) return false;
        slot[Stamp.Captured] = clock.Now;
        slot.Index = _captured++;
        return true;
    }

    private void Label(FrameSlot slot)
    {
        slot[Stamp.Dequeued] = _parts.Clock.Now;
        _parts.Segmenter.Fit(slot);
        slot[Stamp.Fitted] = _parts.Clock.Now;
        _parts.Segmenter.Infer(slot);
        slot[Stamp.Inferred] = _parts.Clock.Now;
        if (_options.Smooth > 0 || _options.MeasureFlicker) Steady(slot);
        slot[Stamp.Steadied] = _parts.Clock.Now;
    }

    private void Steady(FrameSlot slot)
    {
        Span<byte> labels = slot.Labels.AsSpan<byte>();
        ReadOnlySpan<bool> still = _motion.Update(slot.Fitted.AsSpan<byte>(), slot.Fitted.Width);
        _smoother.Apply(still, labels, slot.Confidence.AsSpan<byte>());
        _flicker.Add(still, labels);
    }

    private void Show(FrameSlot slot)
    {
        slot[Stamp.Taken] = _parts.Clock.Now;
        _parts.Renderer.Upload(slot);
        slot[Stamp.Uploaded] = _parts.Clock.Now;
        _parts.Renderer.Compose(_hudText, slot[Stamp.Uploaded]);
        slot[Stamp.Composited] = _parts.Clock.Now;
        foreach (ISink sink in _parts.Sinks) sink.Present(_parts.Renderer);
        slot[Stamp.Presented] = _parts.Clock.Now;
        _stats.Record(slot);
        if (++_shown == _options.WarmUp) EndWarmUp();
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
        _changed = false;
        _trouble = _parts.Source.Trouble;
        _parts.Renderer.Compose(_hudText, _parts.Clock.Now, freshHud: true);
        if (_parts.Renderer.Target is null) return;
        foreach (WindowSink window in _parts.Sinks.OfType<WindowSink>()) window.Present(_parts.Renderer);
    }

    private void OnKey(UserKey key)
    {
        _changed = true;
        switch (key)
        {
            case UserKey.Quit: _parts.Stop.Cancel(); break;
            case UserKey.Pause: _paused = !_paused; break;
            case UserKey.MoreOpacity: _parts.Renderer.ChangeOpacity(1); break;
            case UserKey.LessOpacity: _parts.Renderer.ChangeOpacity(-1); break;
            case UserKey.Hud: _parts.Renderer.HudVisible = !_parts.Renderer.HudVisible; break;
            case UserKey.Still: SaveStill(); break;
            case UserKey.Refine: _parts.Renderer.Refine = !_parts.Renderer.Refine; break;
            case UserKey.NextView: _parts.Renderer.View = (View)(((int)_parts.Renderer.View + 1) % Enum.GetValues<View>().Length); break;
            case >= UserKey.FirstView and <= UserKey.LastView: _parts.Renderer.View = (View)(key - UserKey.FirstView); break;
        }
    }

    private void SaveStill()
    {
        if (_parts.Renderer.Target is not { } target) return;
        string path;
        do path = Path.Combine("out", $"still-{++_stills:D3}.png");
        while (File.Exists(path));
        Directory.CreateDirectory("out");
        ImageSink.Save(path, _parts.Renderer.Pixels(), target.Width, target.Height);
        Console.WriteLine($"saved {path}");
    }

    private HudText HudText()
    {
        Percentiles latency = _stats.CaptureToPresent;
        return new HudText(_stats.FramesPerSecond, latency.P50, latency.P99, _supply?.Dropped ?? 0, _parts.Segmenter.Provider, _parts.Segmenter.Name, _parts.Source.Trouble);
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
            Flicker = _options.Smooth > 0 || _options.MeasureFlicker ? _flicker.Flicker : null,
            Complaint = ended ? _parts.Source.Complaint(_captured) : null,
            Outputs = [.. _parts.Sinks.Select(s => s.Finish()).OfType<string>()],
        };
    }
}
