using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>What can be asked for with a key.</summary>
public enum UserKey
{
    Quit,
    Pause,
    Still,
    MoreOpacity,
    LessOpacity,
    Hud,
    Refine,
    NextView,
    Step,
    SeekBack,
    SeekForward,
    Slower,
    Faster,
    Solo,
    Help,
    Fullscreen,
    NextModel,

    /// <summary>A click on the picture.</summary>
    Pick,

    /// <summary>The first of eight that follow one another, one for each <see cref="View"/>.</summary>
    FirstView,
    LastView = FirstView + 7,
}

/// <summary>What the user asked for.</summary>
/// <param name="Key">With a key, a click or on the page.</param>
/// <param name="X">Of <see cref="UserKey.Pick"/>: where, as a share of the picture's width from its left.</param>
/// <param name="Y">Likewise, from its top.</param>
public readonly record struct UserInput(UserKey Key, float X = 0, float Y = 0);

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
