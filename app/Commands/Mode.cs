using RealtimeSeg.Engine;
using RealtimeSeg.Inference;

namespace RealtimeSeg.Commands;

/// <summary>A way to use the program: what it reads by default and how the engine runs.</summary>
/// <param name="Name">The verb.</param>
/// <param name="Description">For --help.</param>
/// <param name="DefaultSource">Where no source is named.</param>
/// <param name="Windowed">Whether it opens a window where there is a display and no output is named.</param>
/// <param name="Engine">Schedule in a window or to files.</param>
/// <param name="OnCpu">The schedule where one processor both infers and draws: there, overlapping the two only makes each frame later.</param>
/// <param name="WindowPaced">Whether a file plays at its own pace in a window.</param>
internal sealed record Mode(string Name, string Description, string DefaultSource, bool Windowed, EngineOptions Engine, Schedule OnCpu, bool WindowPaced)
{
    private const float DefaultSmooth = 0.5f;

    public static Mode Live { get; } = new("live", "A camera, shown live: late frames are skipped.", "0", Windowed: true, new EngineOptions(LatestWins: true, Paced: true, Labels: new LabelOptions(DefaultSmooth)), OnCpu: Schedule.Ahead, WindowPaced: true);

    public static Mode Replay { get; } = new("replay", "A recording, every frame: at its own pace in a window, as fast as it goes to files.", RunCommand.Sample, Windowed: true, new EngineOptions(Labels: new LabelOptions(DefaultSmooth)), OnCpu: Schedule.Pipelined, WindowPaced: true);

    public static Mode Bench { get; } = new("bench", "Latency of every stage, unthrottled.", RunCommand.Sample, Windowed: false, new EngineOptions(Slots: 2, WarmUp: 20, Labels: new LabelOptions(DefaultSmooth)), OnCpu: Schedule.Inline, WindowPaced: false);
}
