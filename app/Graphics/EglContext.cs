using RealtimeSeg.Graphics.Native;
using RealtimeSeg.Input;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>OpenGL without window or X server: EGL's surfaceless platform (EGL_MESA_platform_surfaceless).</summary>
public sealed class EglContext : IGlContext
{
    private readonly nint _display, _context;

    public EglContext()
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

    public void Dispose()
    {
        Gl.Dispose();
        _ = Egl.MakeCurrent(_display, 0, 0, 0); // what fails during disposal cannot be fixed
        _ = Egl.DestroyContext(_display, _context);
        _ = Egl.Terminate(_display);
    }

    private static UserError Failure(string function)
        => new($"{function} failed (0x{Egl.GetError():X}): headless OpenGL needs Mesa: apt-get install libegl1 libgl1-mesa-dri");
}
