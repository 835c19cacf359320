namespace RealtimeSeg.Engine;

/// <summary>Figures of a running program for the page; as JSON it is <c>stats.json</c>.</summary>
public sealed record Snapshot
{
    /// <summary>Frames per second over the last two seconds.</summary>
    public required double Fps { get; init; }
    public required double LatencyP50 { get; init; }
    public required double LatencyP99 { get; init; }
    public required double MaskAge { get; init; }
    public required long Frames { get; init; }
    public required long Dropped { get; init; }
    public required string Network { get; init; }
    public required string View { get; init; }
    public required bool Paused { get; init; }
    public string? Solo { get; init; }

    /// <summary>Text of an alarm; null if nothing is wrong.</summary>
    public string? Trouble { get; init; }

    /// <summary>Median milliseconds of each stage over the last seconds, as the latencies and the mask's age are.</summary>
    public required IReadOnlyDictionary<string, double> Stages { get; init; }

    /// <summary>Percent of the image, by class.</summary>
    public required IReadOnlyDictionary<string, int> Shares { get; init; }

    /// <summary>#RRGGBB, by class.</summary>
    public required IReadOnlyDictionary<string, string> Colors { get; init; }
}
