using RealtimeSeg.Input;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>An OpenGL 3.3 core context on the calling thread, with or without a window.</summary>
public interface IGlContext : IDisposable
{
    GL Gl { get; }

    /// <summary>"GLFW window" or "EGL headless", for the report.</summary>
    string Kind { get; }

    /// <summary>Null without a window; otherwise its size in pixels.</summary>
    (int Width, int Height)? WindowSize { get; }

    bool CloseRequested { get; }

    /// <summary>A window that nobody can see: minimised. Without a window, false.</summary>
    bool IsHidden => false;

    /// <summary>Handles window events and hands each key or click since the last call to <paramref name="given"/>.</summary>
    void Poll(Action<UserInput> given);

    /// <summary>Gives the window the picture's size; for the first frame.</summary>
    void Resize(int width, int height);

    /// <summary>Shows what was drawn to the window.</summary>
    void Swap();
}
