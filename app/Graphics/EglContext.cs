using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>OpenGL without a window.</summary>
public sealed class EglContext : IGlContext
{
    private readonly HeadlessContext _context = new();

    public GL Gl => _context.Gl;

    public string Kind => "EGL headless";

    public (int Width, int Height)? WindowSize => null;

    public bool CloseRequested => false;

    public void Poll(Action<UserInput> handle)
    {
        // No window, no events.
    }

    public void Resize(int width, int height)
    {
        // No window; render targets have the image's size.
    }

    public void Swap()
    {
        // Nothing to show.
    }

    public void Dispose() => _context.Dispose();
}
