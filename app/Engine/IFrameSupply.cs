using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>The two stages before the picture is drawn. Both schedules call them; neither knows what they do.</summary>
/// <param name="Capture">Fills a slot from the source; false at the end.</param>
/// <param name="Label">Fits the picture and runs the network.</param>
public readonly record struct Stages(Func<FrameSlot, bool> Capture, Action<FrameSlot> Label);

/// <summary>Labelled frames, for the thread that draws.</summary>
public interface IFrameSupply : IDisposable
{
    bool IsFinished { get; }

    /// <summary>Frames that were captured but not labelled, or labelled but not taken, because newer ones came.</summary>
    long Dropped { get; }

    /// <summary>The next frame, or null if there is none yet.</summary>
    FrameSlot? Take(int milliseconds);

    /// <summary>Gives a slot back after drawing.</summary>
    void Return(FrameSlot slot);
}
