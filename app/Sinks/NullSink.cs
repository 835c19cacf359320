using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Discards images. They are rendered completely all the same: Compose waits for the GPU.</summary>
public sealed class NullSink : ISink
{
    public void Present(Renderer renderer, FrameSlot slot)
    {
        // The frame is done.
    }

    public string? Finish() => null;

    public void Dispose()
    {
        // Nothing was opened.
    }
}
