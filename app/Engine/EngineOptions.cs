using RealtimeSeg.Inference;

namespace RealtimeSeg.Engine;

/// <summary>Which stages run at the same time.</summary>
public enum Schedule
{
    /// <summary>None: capture, inference and drawing one after the other.</summary>
    Inline,

    /// <summary>Capture beside inference and drawing: for live sources if one processor infers and draws.</summary>
    Ahead,

    /// <summary>All three beside one another: the highest frame rate, above all if a GPU draws or infers.</summary>
    Pipelined,
}

/// <summary>How frames are scheduled: a mode is a row of these, not a branch in the engine.</summary>
/// <param name="Schedule">Which stages run at the same time.</param>
/// <param name="LatestWins">Skip frames rather than show old ones.</param>
/// <param name="Paced">Hold the source to its own frame rate.</param>
/// <param name="Slots">Frames in flight if none may be skipped: 3 keep every stage busy, 2 keep the latency low.</param>
/// <param name="Frames">Stop when this many frames were shown beyond the warm-up; 0 for no limit.</param>
/// <param name="WarmUp">First frames that no statistic counts.</param>
/// <param name="Labels">How often and how large the network runs; null for every frame at the model's size.</param>
public sealed record EngineOptions(
    Schedule Schedule = Schedule.Pipelined,
    bool LatestWins = false,
    bool Paced = false,
    int Slots = 3,
    long Frames = 0,
    int WarmUp = 0,
    LabelOptions? Labels = null)
{
    /// <summary>Frames to show, warm-up included; null for no limit.</summary>
    public long? Limit => Frames > 0 ? Frames + WarmUp : null;

    /// <summary>Frames to capture; null for no limit: where frames are skipped, more are read than shown.</summary>
    public long? MostRead => LatestWins ? null : Limit;
}
