using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>OpenGL without a window.</summary>
public sealed class EglContext : GlContext
{
    private readonly ForcedLosses? _forced;
    private HeadlessContext _context;
    private bool _isOpen;

    /// <param name="forced">Losses that a test asks for; null for those of the environment.</param>
    /// <exception cref="UserError">There is no EGL, or it cannot do that.</exception>
    public EglContext(ForcedLosses? forced = null)
    {
        _forced = forced;
        _context = new HeadlessContext(forced);
        _isOpen = true;
    }

    public override GL Gl => _context.Gl;

    public override string Kind => "EGL headless";

    public override (int Width, int Height)? WindowSize => null;

    public override bool CloseRequested => false;

    protected override ContextWatch Watch => _context.Watch;

    public override void Poll(Action<UserInput> handle)
    {
        // No window, no events.
    }

    public override void Resize(int width, int height)
    {
        // No window; render targets have the image's size.
    }

    public override void Swap()
    {
        // Nothing to show.
    }

    public override void Dispose()
    {
        if (_isOpen) _context.Dispose();
        _isOpen = false;
    }

    protected override void Renew()
    {
        Dispose();
        _context = new HeadlessContext(_forced);
        _isOpen = true;
    }
}
