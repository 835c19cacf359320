using RealtimeSeg.Frames;

namespace RealtimeSeg.Engine;

/// <summary>Captured frames for the thread that draws, labelled if that has a thread of its own.</summary>
internal interface IFrameSupply : IDisposable
{
    /// <summary>Whether no more frames will come.</summary>
    bool IsFinished { get; }

    /// <summary>Whether its frames are labelled; otherwise the taker does that.</summary>
    bool LabelsAhead { get; }

    /// <summary>Frames that were captured but never taken, because newer ones came.</summary>
    long Dropped { get; }

    /// <summary>Takes the next frame; null if there is none yet, or none any more.</summary>
    /// <param name="milliseconds">How long to wait for one.</param>
    /// <exception cref="Exception">Whatever ended a stage, after its last frame.</exception>
    FrameSlot? Take(int milliseconds);

    /// <summary>Gives a slot back, when the one after it was drawn: until then it may be drawn again.</summary>
    void Return(FrameSlot slot);
}
