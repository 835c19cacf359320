using RealtimeSeg.Graphics;

namespace RealtimeSeg.Sinks;

/// <summary>Where finished pictures go. Called on the thread that owns OpenGL.</summary>
public interface ISink : IDisposable
{
    /// <summary>Takes the picture that <paramref name="renderer"/> has just composed.</summary>
    void Present(Renderer renderer);

    /// <summary>
    /// The run ended well: puts the result under its final name and returns it, or null. Dispose without Finish leaves nothing behind.
    /// </summary>
    string? Finish();
}
