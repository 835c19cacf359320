using RealtimeSeg.Inference;

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
/// <param name="Labels">How often and how large the network runs; null for every frame at the model's size.</param>
public sealed record EngineOptions(Schedule Schedule = Schedule.Pipelined, bool LatestWins = false, bool Paced = false, int Slots = 3, long Frames = 0, int WarmUp = 0, LabelOptions? Labels = null);
