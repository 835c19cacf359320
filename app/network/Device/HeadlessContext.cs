using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// OpenGL without window or X server: EGL's surfaceless platform (EGL_MESA_platform_surfaceless). Current on the thread that made it,
/// which disposes it.
/// </summary>
public sealed class HeadlessContext : IDisposable
{
    private readonly nint _display, _context;

    /// <exception cref="UserError">There is no EGL, or it cannot do that.</exception>
    public HeadlessContext()
    {
        try
        {
            _display = Egl.GetPlatformDisplay(Egl.PlatformSurfacelessMesa, 0, 0);
            if (_display == 0) throw Failure("eglGetPlatformDisplay");
            if (Egl.Initialize(_display, out _, out _) == 0) throw Failure("eglInitialize");
            if (Egl.BindApi(Egl.OpenGlApi) == 0) throw Failure("eglBindAPI");
            int[] requested = [Egl.RenderableType, Egl.OpenGlBit, Egl.SurfaceType, 0, Egl.None];
            if (Egl.ChooseConfig(_display, requested, out nint config, 1, out int count) == 0 || count == 0)
                throw Failure("eglChooseConfig");
            int[] version = [Egl.ContextMajorVersion, 3, Egl.ContextMinorVersion, 3, Egl.ContextProfileMask, Egl.CoreProfileBit, Egl.None];
            _context = Egl.CreateContext(_display, config, 0, version);
            if (_context == 0) throw Failure("eglCreateContext");
            if (Egl.MakeCurrent(_display, 0, 0, _context) == 0) throw Failure("eglMakeCurrent");
        }
        catch (DllNotFoundException e)
        {
            throw new UserError("libEGL.so.1 is missing: apt-get install libegl1 libgl1-mesa-dri", e);
        }

        Gl = GL.GetApi(Egl.GetProcAddress);
    }

    public GL Gl { get; }

    public void Dispose()
    {
        Gl.Dispose();
        // What fails during disposal cannot be fixed. The display stays: it is the same one for every context of the process.
        _ = Egl.MakeCurrent(_display, 0, 0, 0);
        _ = Egl.DestroyContext(_display, _context);
    }

    private static UserError Failure(string function)
        => new($"{function} failed (0x{Egl.GetError():X}): headless OpenGL needs Mesa: apt-get install libegl1 libgl1-mesa-dri");
}
