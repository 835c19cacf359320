using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// OpenGL without window or X server: EGL's surfaceless platform (EGL_MESA_platform_surfaceless). Current on the thread that made it,
/// which disposes it.
/// </summary>
public sealed class HeadlessContext : IDisposable
{
    private static readonly int[] Version =
        [Egl.ContextMajorVersion, 3, Egl.ContextMinorVersion, 3, Egl.ContextProfileMask, Egl.CoreProfileBit];

    /// <summary>What makes a driver tell of a lost context: as EGL 1.5 has it, as EGL_KHR_create_context has it, and not at all.</summary>
    private static readonly int[][] Robustness =
    [
        [Egl.RobustAccess, 1, Egl.ResetNotificationStrategy, Egl.LoseContextOnReset],
        [Egl.ContextFlags, Egl.RobustAccessFlag, Egl.ResetNotificationStrategy, Egl.LoseContextOnReset],
        [],
    ];

    private readonly nint _display, _context;

    /// <param name="forced">Losses that a test asks for; null for those of the environment.</param>
    /// <exception cref="UserError">There is no EGL, or it cannot do that.</exception>
    public HeadlessContext(ForcedLosses? forced = null)
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
            _context = Robustness.Select(r => Egl.CreateContext(_display, config, 0, [.. Version, .. r, Egl.None]))
                .FirstOrDefault(c => c != 0);
            if (_context == 0) throw Refusal(Egl.GetError());
            if (Egl.MakeCurrent(_display, 0, 0, _context) == 0) throw Failure("eglMakeCurrent");
        }
        catch (DllNotFoundException e)
        {
            throw new UserError("libEGL.so.1 is missing: apt-get install libegl1 libgl1-mesa-dri", e);
        }

        Gl = GL.GetApi(Egl.GetProcAddress);
        Watch = new ContextWatch(Gl, forced);
    }

    public GL Gl { get; }

    /// <summary>Tells whether it is lost.</summary>
    public ContextWatch Watch { get; }

    public void Dispose()
    {
        Gl.Dispose();
        // What fails during disposal cannot be fixed. The display stays: it is the same one for every context of the process.
        _ = Egl.MakeCurrent(_display, 0, 0, 0);
        _ = Egl.DestroyContext(_display, _context);
    }

    /// <summary>No context, of a driver that is there.</summary>
    private static UserError Refusal(int error)
    {
        const string Override = "MESA_GL_VERSION_OVERRIDE";
        string remedy = Environment.GetEnvironmentVariable(Override) is { Length: > 0 } version
            ? $"leave {Override}={version} out"
            : "update it, or draw in software with LIBGL_ALWAYS_SOFTWARE=1";
        return new UserError($"the driver has no OpenGL 3.3 (eglCreateContext failed, 0x{error:X}): {remedy}");
    }

    private static UserError Failure(string function)
        => new($"{function} failed (0x{Egl.GetError():X}): headless OpenGL needs Mesa: apt-get install libegl1 libgl1-mesa-dri");
}
