using RealtimeSeg.Input;
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
