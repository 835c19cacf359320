using System.Diagnostics.CodeAnalysis;
using RealtimeSeg.Graphics.Native;
using RealtimeSeg.Input;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A window with an OpenGL context, by GLFW. Its keys are the rows of <see cref="KeyTable"/> and <see cref="Views"/>.</summary>
public sealed class GlfwContext : GlContext
{
    private static readonly (int Code, UserInput Input)[] Keys =
    [
        .. KeyTable.Rows.SelectMany(row => row.Codes.Select(code => (code, new UserInput(row.Action)))),
        .. Views.All.Select((view, i) => ((int)view.Key, new UserInput(UserKey.View, View: i))),
    ];

    private readonly string _title;
    private readonly bool _vsync;
    private readonly bool[] _down = new bool[Keys.Length];
    private nint _window;
    private GL _gl;
    private ContextWatch _watch;
    private bool _buttonDown, _closed;
    private Func<(int Width, int Height), Placement>? _place;

    /// <summary>The window's place and size before full screen; null if it is not full screen.</summary>
    private (int X, int Y, int Width, int Height)? _windowed;

    /// <summary>Likewise those of a window that is made again.</summary>
    private (int X, int Y, int Width, int Height) _last;

    /// <exception cref="UserError">No display, no OpenGL 3.3, or GLFW is missing.</exception>
    public GlfwContext(string title, int width, int height, bool vsync = true)
    {
        (_title, _vsync) = (title, vsync);
        Begin(width, height);
    }

    public override GL Gl => _gl;

    public override string Kind => "GLFW window";

    public override (int Width, int Height)? WindowSize
    {
        get
        {
            Glfw.GetFramebufferSize(_window, out int width, out int height);
            return (width, height);
        }
    }

    public override bool IsHidden => Glfw.GetWindowAttrib(_window, Glfw.Iconified) != 0 || Glfw.GetWindowAttrib(_window, Glfw.Visible) == 0;

    public override bool CloseRequested => _closed || Glfw.WindowShouldClose(_window) != 0;

    protected override ContextWatch Watch => _watch;

    public override void Poll(Action<UserInput> handle)
    {
        Glfw.PollEvents();
        for (int i = 0; i < Keys.Length; i++)
        {
            bool down = Glfw.GetKey(_window, Keys[i].Code) == Glfw.Pressed;
            if (down && !_down[i] && Keys[i].Input.Key == UserKey.Fullscreen) ToggleFullscreen();
            else if (down && !_down[i]) handle(Keys[i].Input);
            _down[i] = down;
        }

        bool button = Glfw.GetMouseButton(_window, Glfw.LeftButton) == Glfw.Pressed;
        if (button && !_buttonDown && Clicked() is { } click) handle(click);
        _buttonDown = button;
    }

    public override void Resize(int width, int height) => Glfw.SetWindowSize(_window, width, height);

    public override void PlaceImage(Func<(int Width, int Height), Placement> place) => _place = place;

    public override void Swap() => Glfw.SwapBuffers(_window);

    public override void Dispose()
    {
        Close();
        Glfw.Terminate();
    }

    /// <summary>A window and its context are one thing to GLFW: both are made again.</summary>
    protected override void Renew()
    {
        if (_window != 0) (_closed, _last) = (CloseRequested, _windowed ?? Place());
        Close();
        Begin(_last.Width, _last.Height);
        Glfw.SetWindowPos(_window, _last.X, _last.Y);
        bool full = _windowed is not null;
        _windowed = null;
        if (full) ToggleFullscreen();
    }

    [MemberNotNull(nameof(_gl), nameof(_watch))]
    private void Begin(int width, int height)
    {
        _window = Open(_title, width, height);
        Glfw.MakeContextCurrent(_window);
        Glfw.SetInputMode(_window, Glfw.StickyKeys, Glfw.True); // a tap between two polls still counts
        Glfw.SetInputMode(_window, Glfw.StickyMouseButtons, Glfw.True);
        Glfw.SwapInterval(_vsync ? 1 : 0);
        _gl = GL.GetApi(Glfw.GetProcAddress);
        _watch = new ContextWatch(_gl);
    }

    private void Close()
    {
        if (_window == 0) return;
        _gl.Dispose();
        Glfw.DestroyWindow(_window);
        _window = 0;
    }

    private static nint Open(string title, int width, int height)
    {
        try
        {
            if (Glfw.Init() == 0)
                throw new UserError($"glfwInit failed ({Glfw.LastError()}): is there a display? add --headless to render without one");
        }
        catch (DllNotFoundException e)
        {
            throw new UserError("libglfw.so.3 is missing: apt-get install libglfw3, or add --headless", e);
        }

        Glfw.WindowHint(Glfw.ContextVersionMajor, 3);
        Glfw.WindowHint(Glfw.ContextVersionMinor, 3);
        Glfw.WindowHint(Glfw.OpenGlProfile, Glfw.CoreProfile);
        foreach (int robustness in (ReadOnlySpan<int>)[Glfw.LoseContextOnReset, Glfw.NoRobustness]) // the driver tells of a loss, or not
        {
            Glfw.WindowHint(Glfw.ContextRobustness, robustness);
            nint window = Glfw.CreateWindow(width, height, title, 0, 0);
            if (window != 0) return window;
        }

        string reason = Glfw.LastError();
        Glfw.Terminate();
        throw new UserError($"glfwCreateWindow failed ({reason}): OpenGL 3.3 is needed; add --headless to render without a window");
    }

    /// <summary>Where the pointer is on the image; null beside it. Its units are the window's, which need not be pixels.</summary>
    private UserInput? Clicked()
    {
        Glfw.GetCursorPos(_window, out double x, out double y);
        Glfw.GetWindowSize(_window, out int width, out int height);
        if (_place is null || width < 1 || height < 1) return null;
        (int Width, int Height) pixels = WindowSize!.Value;
        (float u, float v) = _place(pixels).ShareOf(x * pixels.Width / width, y * pixels.Height / height);
        return u is >= 0 and < 1 && v is >= 0 and < 1 ? new UserInput(UserKey.Pick, u, v) : null;
    }

    private (int X, int Y, int Width, int Height) Place()
    {
        Glfw.GetWindowPos(_window, out int x, out int y);
        Glfw.GetWindowSize(_window, out int width, out int height);
        return (x, y, width, height);
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
        Glfw.GetMonitorWorkarea(monitor, out _, out _, out int fullWidth, out int fullHeight);
        _windowed = Place();
        Glfw.SetWindowMonitor(_window, monitor, 0, 0, fullWidth, fullHeight, Glfw.DontCare);
    }
}
