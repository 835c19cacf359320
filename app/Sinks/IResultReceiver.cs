using RealtimeSeg.Frames;

namespace RealtimeSeg.Sinks;

/// <summary>Takes the results of each frame, a line of UTF-8 each.</summary>
internal interface IResultReceiver : IDisposable
{
    /// <param name="slot">The frame.</param>
    /// <param name="line">Without an end; it is copied.</param>
    /// <exception cref="UserError">It cannot be written.</exception>
    void Take(FrameSlot slot, ReadOnlySpan<byte> line);

    /// <summary>Ends a run; the name of a file, or null.</summary>
    /// <exception cref="UserError">It cannot be completed.</exception>
    string? Finish();

    /// <summary>What was not received, a line each.</summary>
    IReadOnlyList<string> Problems => [];
}
