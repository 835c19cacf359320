using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>
/// Lines about what happens to a run while it goes on, for those who see no panel: a source that is lost and found again, dropped frames,
/// models that take over. Used by the thread that runs the loop.
/// </summary>
internal sealed class RunLog(EngineParts parts, Telemetry telemetry)
{
    /// <summary>Nanoseconds between two lines about dropped frames.</summary>
    private const long DropsEvery = 10_000_000_000;

    private string? _source;
    private Status? _models, _shaders;
    private string _network = "";
    private long _lost, _dropped, _droppedAt;

    /// <summary>Tells what has changed since the last turn of the loop.</summary>
    /// <param name="now">Nanoseconds.</param>
    public void Turn(long now)
    {
        if (parts.Events is null) return;
        TurnSource(now);
        TurnDrops(now);
        Tell(ref _models, parts.Models.Status);
        Tell(ref _shaders, parts.Renderer.Status);
        if (telemetry.Network == _network) return;
        _network = telemetry.Network;
        parts.Events(LogLevel.Debug, $"the network is {_network}");
    }

    private void TurnSource(long now)
    {
        string? status = parts.Source.Status;
        if (status == _source) return;
        if (status is null)
        {
            double seconds = (now - _lost) / 1e9;
            parts.Events!(LogLevel.Info, FormattableString.Invariant($"{parts.Source.Name}: there again after {seconds:F1} s"));
        }
        else
        {
            _lost = now;
            parts.Events!(LogLevel.Warning, $"{parts.Source.Name}: {status}");
        }

        _source = status;
    }

    private void TurnDrops(long now)
    {
        long dropped = telemetry.Dropped;
        if (dropped == _dropped || (_droppedAt != 0 && now - _droppedAt < DropsEvery)) return;
        long more = dropped - _dropped;
        (_dropped, _droppedAt) = (dropped, now);
        string frames = more == 1 ? "1 frame" : FormattableString.Invariant($"{more} frames");
        parts.Events!(LogLevel.Info, FormattableString.Invariant($"{frames} dropped since newer ones came, {dropped} in all"));
    }

    private void Tell(ref Status? before, Status? status)
    {
        if (status == before) return;
        before = status;
        if (status is { } news) parts.Events!(news.IsAlarm ? LogLevel.Warning : LogLevel.Info, news.Text);
    }
}
