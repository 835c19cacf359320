using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>A destination of finished images. Called on the thread that owns OpenGL, but for <see cref="Finish"/>.</summary>
public interface ISink : IDisposable
{
    /// <summary>
    /// Takes the image that <paramref name="renderer"/> has just composed of <paramref name="slot"/>. Pixels are asked for before anything
    /// changes: if the context is lost then, the same frame comes again.
    /// </summary>
    /// <exception cref="UserError">It cannot be written.</exception>
    void Present(Renderer renderer, FrameSlot slot);

    /// <summary>Takes the same frame again, after a key changed how it looks; recordings ignore it.</summary>
    void Redraw(Renderer renderer)
    {
        // Most sinks take each frame once.
    }

    /// <summary>Whether it let an image pass that it needs after all; it then gets it by <see cref="Redraw"/>.</summary>
    bool IsBehind => false;

    /// <summary>Whether it needs a slot's labels in memory.</summary>
    bool NeedsLabels => false;

    /// <summary>
    /// Ends a run, whatever ended it: gives the result its final name and returns that, or null. Dispose without Finish leaves what holds
    /// data under its partial name. Called on a thread of its own, since it may wait for others.
    /// </summary>
    /// <exception cref="UserError">It cannot be completed.</exception>
    string? Finish();

    /// <summary>What a finished result lacks, a line each: a run with any ends with exit code 1.</summary>
    IReadOnlyList<string> Problems => [];
}
