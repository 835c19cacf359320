using System.Globalization;
using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;

namespace RealtimeSeg.Engine;

/// <summary>
/// Figures of a run: counts presented frames, and reports them to the HUD, the page and, at the end, the caller. Used by the thread that
/// runs the loop.
/// </summary>
internal sealed class Telemetry(EngineParts parts, EngineOptions options, Controls controls)
{
    /// <summary>Nanoseconds between two snapshots for the page.</summary>
    private const long PublishPeriod = 200_000_000;

    /// <summary>Frames before memory is measured in a run without a warm-up: the first ones are what starting takes.</summary>
    private const int StartUp = 20;

    private readonly FrameStats _stats = new();
    private IFrameSupply? _supply;
    private MemoryMark _begin, _end;
    private double? _startMs;
    private long _shown, _unmeasured, _published, _droppedBefore, _dropped, _uploads, _readbacks;

    /// <summary>The network in use, for the HUD and the page: model, provider and size.</summary>
    public string Network { get; set; } = "";

    /// <summary>The most urgent status of source, controls, models and shaders; null if there is nothing to report.</summary>
    public Status? Status
    {
        get
        {
            Status? source = parts.Source.Status is { } text ? Frames.Status.Alarm(text) : null;
            return Frames.Status.MostUrgent(source, controls.Status, parts.Models.Status, parts.Renderer.Status, Foreground);
        }
    }

    /// <summary>What a view of the foreground needs, while it shows the plain image because nothing is background.</summary>
    private Status? Foreground => parts.Renderer.KeepsEverything
        ? Frames.Status.Alarm($"{parts.Renderer.View}: nothing is background: choose classes with --show, or a model of people")
        : null;

    /// <summary>Frames that were not shown because newer ones came, in the source or on the way from it.</summary>
    public long Dropped => (_supply?.Dropped ?? 0) + parts.Source.Skipped;

    /// <summary>Frames that were shown so far, warm-up included.</summary>
    public long Shown => _shown;

    /// <summary>Begins to measure memory, and what goes to the GPU and back.</summary>
    public void Begin()
    {
        _begin = MemoryMark.Now();
        _unmeasured = _shown;
        (_uploads, _readbacks) = (parts.Renderer.Uploads, parts.Renderer.Readbacks);
    }

    /// <summary>Takes the supply whose dropped frames are reported.</summary>
    public void Watch(IFrameSupply supply) => _supply = supply;

    /// <summary>Counts a presented frame.</summary>
    public void Record(FrameSlot slot)
    {
        _startMs ??= ProgramStart.Milliseconds();
        _stats.Record(slot);
        if (slot[Stamp.Presented] - _published >= PublishPeriod) Publish(slot[Stamp.Presented]);
        _shown++;
        if (_shown == options.WarmUp) EndWarmUp();
        if (_shown == Math.Max(options.WarmUp, StartUp)) Begin();
    }

    /// <summary>Nothing is to be shown at the moment: figures are not to count the time until something is.</summary>
    public void Hold() => _stats.Cut(parts.Clock.Now);

    public HudText HudText()
    {
        (double median, double tail) = _stats.RecentLatency;
        return new HudText(
            _stats.RecentRate(parts.Clock.Now),
            median,
            tail,
            _stats.RecentMaskAge,
            Dropped,
            Network,
            _stats,
            State(),
            Status);
    }

    /// <summary>Pause, speed and the only class, as far as the user chose them.</summary>
    private string State()
    {
        string speed = controls.Speed is 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"×{controls.Speed:0.##}");
        string solo = parts.Renderer.Solo is { } name ? $"only {name}" : "";
        return string.Join("   ", new[] { controls.Paused ? "paused" : "", speed, solo }.Where(s => s.Length > 0));
    }

    /// <summary>Gives the page the figures of now.</summary>
    public void Publish(long now)
    {
        if (parts.Remote is null) return;
        _published = now;
        HudText t = HudText();
        Renderer r = parts.Renderer;
        parts.Remote.Publish(new Snapshot
        {
            Fps = t.FramesPerSecond,
            LatencyP50 = t.LatencyP50,
            LatencyP99 = t.LatencyP99,
            MaskAge = t.MaskAge,
            Frames = _stats.Count,
            Dropped = t.Drops,
            Network = t.Network,
            View = r.View.Name,
            Paused = controls.Paused,
            Solo = r.Solo,
            Trouble = t.Status is { IsAlarm: true } alarm ? alarm.Text : null,
            Stages = MediansByStage(),
            Shares = SharesByClass(r),
            Colors = ColorsByClass(r),
        });
    }

    /// <summary>
    /// Takes the supply's figures before it ends, and completes the outputs, which neither a hanging source nor an error must prevent.
    /// </summary>
    public void End()
    {
        _end = MemoryMark.Now();
        _dropped = Dropped - _droppedBefore;
        parts.Sinks.Finish();
    }

    /// <summary>Figures of the whole run, after <see cref="End"/> and the end of the stages' threads.</summary>
    public RunReport Report(CaptureStage capture, LabelStage label, PresentStage present)
        => new()
        {
            Stats = _stats,
            StartMs = _startMs,
            Read = capture.Captured,
            Unread = parts.Source.Skipped,
            Dropped = _dropped,
            ManagedBytesPerFrame = PerFrame(_end.Allocated - _begin.Allocated),
            Gen0Collections = _end.Gen0 - _begin.Gen0,
            Gen2Collections = _end.Gen2 - _begin.Gen2,
            UploadsPerFrame = PerFrame(parts.Renderer.Uploads - _uploads),
            ReadbacksPerFrame = PerFrame(parts.Renderer.Readbacks - _readbacks),
            Flicker = label.Flicker,
            NetworkSize = present.NetworkSize is { Width: > 0 } size ? (size.Width, size.Height) : null,
            Problems = [.. parts.Source.Problems, .. parts.Sinks.Problems],
            Outputs = parts.Sinks.Outputs,
        };

    /// <summary>Of the frames since <see cref="Begin"/>.</summary>
    private double PerFrame(long count) => count / (double)Math.Max(1, _shown - _unmeasured);

    /// <summary>Percent by name; labels that share a name share an entry.</summary>
    private static Dictionary<string, int> SharesByClass(Renderer r)
    {
        Dictionary<string, int> shares = new(StringComparer.Ordinal);
        for (int i = 0; i < r.Classes.Count; i++) shares[r.Classes[i]] = shares.GetValueOrDefault(r.Classes[i]) + r.Shares[i];
        return shares;
    }

    private static Dictionary<string, string> ColorsByClass(Renderer r)
    {
        Dictionary<string, string> colors = new(StringComparer.Ordinal);
        for (int i = 0; i < r.Classes.Count; i++) colors.TryAdd(r.Classes[i], $"#{r.Palette[i]:X6}");
        return colors;
    }

    private Dictionary<string, double> MediansByStage()
        => Enum.GetValues<Stage>().ToDictionary(s => s.ToString().ToLowerInvariant(), _stats.RecentMedian, StringComparer.Ordinal);

    private void EndWarmUp()
    {
        _stats.Clear();
        _droppedBefore = Dropped;
    }
}
