using RealtimeSeg.Graphics.Native;
using RealtimeSeg.Input;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A window with an OpenGL context, by GLFW.</summary>
public sealed class GlfwContext : IGlContext
{
    /// <summary>GLFW key codes (US layout) and what they mean here.</summary>
    private static readonly (int Key, UserKey Meaning)[] Keys =
    [
        (256, UserKey.Quit), ('Q', UserKey.Quit), (' ', UserKey.Pause), ('S', UserKey.Still), ('H', UserKey.Hud),
        ('=', UserKey.MoreOpacity), (334, UserKey.MoreOpacity), ('-', UserKey.LessOpacity), (333, UserKey.LessOpacity),
        ('.', UserKey.Step), (263, UserKey.SeekBack), (262, UserKey.SeekForward), ('[', UserKey.Slower), (']', UserKey.Faster),
        (258, UserKey.Solo), (290, UserKey.Help), ('F', UserKey.Fullscreen), ('M', UserKey.NextModel),
        ('R', UserKey.Refine), ('V', UserKey.NextView), .. Enumerable.Range(0, 8).Select(i => ('1' + i, UserKey.FirstView + i)),
    ];

    private readonly nint _window;
    private (int X, int Y, int Width, int Height)? _windowed;
    private (int Width, int Height)? _picture;
    private bool _buttonDown;
    private readonly bool[] _down = new bool[Keys.Length];

    public GlfwContext(string title, int width, int height, bool vsync = true)
    {
        try
        {
            if (Glfw.Init() == 0) throw new UserError($"glfwInit failed ({Glfw.LastError()}): is there a display? add --headless to render without one");
        }
        catch (DllNotFoundException e)
        {
            throw new UserError("libglfw.so.3 is missing: apt-get install libglfw3, or add --headless", e);
        }

        Glfw.WindowHint(Glfw.ContextVersionMajor, 3);
        Glfw.WindowHint(Glfw.ContextVersionMinor, 3);
        Glfw.WindowHint(Glfw.OpenGlProfile, Glfw.CoreProfile);
        _window = Glfw.CreateWindow(width, height, title, 0, 0);
        if (_window == 0)
        {
            string reason = Glfw.LastError();
            Glfw.Terminate();
            throw new UserError($"glfwCreateWindow failed ({reason}): OpenGL 3.3 is needed; add --headless to render without a window");
        }

        Glfw.MakeContextCurrent(_window);
        Glfw.SetInputMode(_window, Glfw.StickyKeys, Glfw.True); // a tap between two polls still counts
        Glfw.SetInputMode(_window, Glfw.StickyMouseButtons, Glfw.True);
        Glfw.SwapInterval(vsync ? 1 : 0);
        Gl = GL.GetApi(Glfw.GetProcAddress);
    }

    public GL Gl { get; }

    public string Kind => "GLFW window";

    public (int Width, int Height)? WindowSize
    {
        get
        {
            Glfw.GetFramebufferSize(_window, out int width, out int height);
            return (width, height);
        }
    }

    public bool IsHidden => Glfw.GetWindowAttrib(_window, Glfw.Iconified) != 0 || Glfw.GetWindowAttrib(_window, Glfw.Visible) == 0;

    public bool CloseRequested => Glfw.WindowShouldClose(_window) != 0;

    public void Poll(Action<UserInput> given)
    {
        Glfw.PollEvents();
        for (int i = 0; i < Keys.Length; i++)
        {
            bool down = Glfw.GetKey(_window, Keys[i].Key) == Glfw.Pressed;
            if (down && !_down[i] && Keys[i].Meaning == UserKey.Fullscreen) ToggleFullscreen();
            else if (down && !_down[i]) given(new UserInput(Keys[i].Meaning));
            _down[i] = down;
        }

        bool button = Glfw.GetMouseButton(_window, Glfw.LeftButton) == Glfw.Pressed;
        if (button && !_buttonDown && Clicked() is { } click) given(click);
        _buttonDown = button;
    }

    /// <summary>Where the pointer is on the picture; null beside it. The pointer counts in the window's units, which need not be pixels.</summary>
    private UserInput? Clicked()
    {
        Glfw.GetCursorPos(_window, out double x, out double y);
        Glfw.GetWindowSize(_window, out int width, out int height);
        if (_picture is not { } picture || width < 1 || height < 1) return null;
        (float px, float py) = Placement.Within((width, height), picture).ShareOf(x, y);
        return px is >= 0 and < 1 && py is >= 0 and < 1 ? new UserInput(UserKey.Pick, px, py) : null;
    }

    private void ToggleFullscreen()
    {
        if (_windowed is { } w)
        {
            Glfw.SetWindowMonitor(_window, 0, w.X, w.Y, w.Width, w.Height, 0);
            _windowed = null;
            return;
        }

        nint monitor = Glfw.GetPrimaryMonitor();
        if (monitor == 0) return; // a display without monitors has no full screen
        Glfw.GetWindowPos(_window, out int x, out int y);
        Glfw.GetWindowSize(_window, out int width, out int height);
        Glfw.GetMonitorWorkarea(monitor, out _, out _, out int fullWidth, out int fullHeight);
        _windowed = (x, y, width, height);
        Glfw.SetWindowMonitor(_window, monitor, 0, 0, fullWidth, fullHeight, Glfw.DontCare);
    }

    public void Resize(int width, int height)
    {
        _picture = (width, height);
        Glfw.SetWindowSize(_window, width, height);
    }

    public void Swap() => Glfw.SwapBuffers(_window);

    public void Dispose()
    {
        Gl.Dispose();
        Glfw.DestroyWindow(_window);
        Glfw.Terminate();
    }
}
