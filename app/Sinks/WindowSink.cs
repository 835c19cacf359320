using RealtimeSeg.Frames;
using RealtimeSeg.Graphics;
using RealtimeSeg.Graphics.Hud;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Sinks;

/// <summary>Shows images in the context's window, whose first size is the first image's, and on demand the keys beside them.</summary>
public sealed class WindowSink : ISink, IContextPart
{
    private readonly IGlContext _context;
    private HudKeys? _keys;
    private KeyListLayout? _layout;
    private (int Width, int Height) _image;
    private bool _sized, _listsKeys;

    public WindowSink(IGlContext context)
    {
        _context = context;
        context.PlaceImage(PlaceOf);
        context.Add(this);
    }

    public void Present(Renderer renderer, FrameSlot slot) => Redraw(renderer);

    public void Redraw(Renderer renderer)
    {
        RenderTarget target = renderer.Target!;
        (_image, _listsKeys) = ((target.Width, target.Height), renderer.HelpVisible);
        if (!_sized) _context.Resize(target.Width, target.Height);
        _sized = true;
        (int Width, int Height) window = _context.WindowSize!.Value;
        RenderTarget.ClearWindow(_context.Gl);
        target.BlitToWindow(PlaceOf(window), window.Height);
        if (_listsKeys) KeysFor(LayoutFor(window)).Draw();
        _context.Swap();
    }

    public string? Finish() => null;

    public void Close()
    {
        _keys?.Dispose();
        _keys = null;
    }

    public void Open(GL gl)
    {
        // The list of keys is drawn when it is shown.
    }

    public void Dispose() => Close(); // the window belongs to the context

    /// <summary>Where the image lies in a window of a size.</summary>
    private Placement PlaceOf((int Width, int Height) window)
        => Placement.Within((_listsKeys ? LayoutFor(window).Room : window.Width, window.Height), _image);

    private KeyListLayout LayoutFor((int Width, int Height) window)
        => _layout is { } known && known.Window == window ? known : _layout = KeyListLayout.Of(window);

    private HudKeys KeysFor(KeyListLayout layout)
    {
        if (_keys?.Layout == layout) return _keys;
        _keys?.Dispose();
        return _keys = new HudKeys(_context.Gl, layout);
    }
}
