using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Where finished pictures go. Called on the thread that owns OpenGL.</summary>
public interface ISink : IDisposable
{
    /// <summary>Takes the picture that <paramref name="renderer"/> has just composed of <paramref name="slot"/>.</summary>
    void Present(Renderer renderer, FrameSlot slot);

    /// <summary>The same frame again, after a key changed how it looks; recordings do not take it twice.</summary>
    void Redraw(Renderer renderer)
    {
        // Most sinks want each frame once.
    }

    /// <summary>
    /// The run ended well: puts the result under its final name and returns it, or null. Dispose without Finish leaves nothing behind.
    /// </summary>
    string? Finish();
}
