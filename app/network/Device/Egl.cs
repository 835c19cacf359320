using System.Runtime.InteropServices;

namespace RealtimeSeg.Network.Device;

/// <summary>The part of EGL 1.5 that a surfaceless OpenGL context needs.</summary>
internal static partial class Egl
{
    public const int PlatformSurfacelessMesa = 0x31DD, OpenGlApi = 0x30A2;
    public const int RenderableType = 0x3040, OpenGlBit = 0x0008, SurfaceType = 0x3033;
    public const int ContextMajorVersion = 0x3098, ContextMinorVersion = 0x30FB, ContextProfileMask = 0x30FD, CoreProfileBit = 1;
    public const int ContextFlags = 0x30FC, RobustAccessFlag = 4;
    public const int RobustAccess = 0x31B2, ResetNotificationStrategy = 0x31BD, LoseContextOnReset = 0x31BF, None = 0x3038;
    private const string Library = "libEGL.so.1";

    [LibraryImport(Library, EntryPoint = "eglGetPlatformDisplay")]
    public static partial nint GetPlatformDisplay(int platform, nint nativeDisplay, nint attributes);

    [LibraryImport(Library, EntryPoint = "eglInitialize")]
    public static partial uint Initialize(nint display, out int major, out int minor);

    [LibraryImport(Library, EntryPoint = "eglBindAPI")]
    public static partial uint BindApi(int api);

    [LibraryImport(Library, EntryPoint = "eglChooseConfig")]
    public static partial uint ChooseConfig(nint display, int[] attributes, out nint config, int size, out int count);

    [LibraryImport(Library, EntryPoint = "eglCreateContext")]
    public static partial nint CreateContext(nint display, nint config, nint share, int[] attributes);

    [LibraryImport(Library, EntryPoint = "eglMakeCurrent")]
    public static partial uint MakeCurrent(nint display, nint draw, nint read, nint context);

    [LibraryImport(Library, EntryPoint = "eglDestroyContext")]
    public static partial uint DestroyContext(nint display, nint context);

    [LibraryImport(Library, EntryPoint = "eglGetError")]
    public static partial int GetError();

    [LibraryImport(Library, EntryPoint = "eglGetProcAddress", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetProcAddress(string name);
}
