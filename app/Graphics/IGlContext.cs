using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>An OpenGL 3.3 core context on the calling thread, with or without a window.</summary>
public interface IGlContext : IDisposable
{
    /// <summary>OpenGL's functions.</summary>
    GL Gl { get; }

    /// <summary>"GLFW window" or "EGL headless", for the report.</summary>
    string Kind { get; }

    /// <summary>The window's size in pixels; null without a window.</summary>
    (int Width, int Height)? WindowSize { get; }

    /// <summary>Whether the user closed the window.</summary>
    bool CloseRequested { get; }

    /// <summary>Whether the window cannot be seen: minimised. False without a window.</summary>
    bool IsHidden => false;

    /// <summary>Whether the driver tells of a loss.</summary>
    bool CanTellLoss { get; }

    /// <summary>Whether the reset behind a loss is still going on.</summary>
    bool IsResetting { get; }

    /// <summary>Asks the driver whether it has lost the context, and why; null if it has not. Cheap; for once per frame.</summary>
    ContextLoss? Look();

    /// <exception cref="ContextLostException">The driver has lost the context.</exception>
    void ThrowIfLost()
    {
        if (Look() is { } loss) throw new ContextLostException(loss);
    }

    /// <summary>Takes what lives in the context, after what it builds on; once, however often it is added.</summary>
    void Add(IContextPart part);

    /// <summary>
    /// Closes all parts and the context, and opens another one and the parts again. A window has its place, its size and its title again.
    /// </summary>
    /// <exception cref="UserError">It cannot be opened; it may be tried again.</exception>
    void Reopen();

    /// <summary>Handles window events and passes each key or click since the last call to <paramref name="handle"/>.</summary>
    void Poll(Action<UserInput> handle);

    /// <summary>Gives the window the image's size; called for the first frame.</summary>
    void Resize(int width, int height);

    /// <summary>Takes where the image lies in a window of a size in pixels, to tell what a click is on.</summary>
    void PlaceImage(Func<(int Width, int Height), Placement> place)
    {
        // Without a window nobody clicks.
    }

    /// <summary>Shows what was drawn to the window.</summary>
    void Swap();
}
