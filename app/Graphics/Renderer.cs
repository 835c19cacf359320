using RealtimeSeg.Frames;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Frame in, picture out: uploads a slot, refines its mask and draws view and HUD into the offscreen target.</summary>
public sealed class Renderer : IDisposable
{
    private const float OpacityStep = 0.1f;

    /// <summary>The HUD is drawn at 10 Hz: faster, nobody could read it.</summary>
    private const long HudPeriod = 100_000_000;

    private static readonly string[] SoftwareRasterizers = ["llvmpipe", "softpipe", "swrast"];

    private readonly GL _gl;
    private readonly string[] _shownClasses;
    private readonly int[] _shownColors;
    private readonly MaskTextures _mask;
    private readonly Compositor _compositor;
    private readonly uint _vertices;
    private RenderTarget? _target;
    private Hud? _hud;
    private byte[] _pixels = [];
    private bool _pixelsAreCurrent;
    private long _hudDrawn;

    public Renderer(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette, RenderOptions options)
    {
        options.Check(classes);
        _gl = gl;
        // The legend names what is tinted, nothing else.
        int[] shown = [.. Enumerable.Range(0, classes.Count).Where(i => options.IsForeground(classes[i]))];
        (_shownClasses, _shownColors) = ([.. shown.Select(i => classes[i])], [.. shown.Select(i => palette[i])]);
        (View, Opacity, HudVisible, Refine) = (options.View, options.Opacity, options.Hud, options.Refine ?? !IsSoftware);
        _vertices = gl.GenVertexArray(); // core profile draws nothing without one, even an empty one
        gl.BindVertexArray(_vertices);
        _mask = new MaskTextures(gl);
        _compositor = new Compositor(gl, classes, palette, options);
        gl.Check();
    }

    public View View { get; set; }

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; private set; }

    public bool HudVisible { get; set; }

    /// <summary>Whether the mask's edges follow the picture's.</summary>
    public bool Refine { get; set; }

    /// <summary>What the picture is drawn into; null before the first frame. Its size is the first frame's.</summary>
    public RenderTarget? Target => _target;

    /// <summary>Driver's name, for the report.</summary>
    public string Device => _gl.GetStringS(StringName.Renderer);

    /// <summary>
    /// Whether Mesa draws on the CPU. There the refinement would take the network's time (20 ms a frame at 768×576), so it is off
    /// unless asked for.
    /// </summary>
    public bool IsSoftware => SoftwareRasterizers.Any(n => Device.Contains(n, StringComparison.Ordinal));

    public void ChangeOpacity(int steps) => Opacity = Math.Clamp(Opacity + (steps * OpacityStep), 0, 1);

    /// <summary>Brings a slot's picture, labels and confidence to the GPU.</summary>
    public void Upload(FrameSlot slot)
    {
        if (_target is null)
        {
            _target = new RenderTarget(_gl, slot.Image.Width, slot.Image.Height, InternalFormat.Rgba8);
            _hud = new Hud(_gl, _shownClasses, _shownColors, slot.Image.Height);
            _pixels = new byte[slot.Image.Width * slot.Image.Height * 4];
        }

        _mask.Upload(slot);
        _gl.Finish(); // so that the stage's time is its own
    }

    /// <summary>Draws what was last uploaded. Returns when the GPU is done.</summary>
    /// <param name="text">For the HUD.</param>
    /// <param name="now">Nanoseconds, to pace the HUD.</param>
    /// <param name="freshHud">Draw the HUD's text anew whatever the time.</param>
    public void Compose(Func<HudText> text, long now, bool freshHud = false)
    {
        if (_target is null) return;
        _mask.Refine(Refine);
        _compositor.Draw(View, _mask, _target, Opacity);
        if (HudVisible) DrawHud(text, now, freshHud);
        _pixelsAreCurrent = false;
        _gl.Finish();
        _gl.Check();
    }

    /// <summary>The picture as RGBA, top row first; read from the GPU once a frame however many ask.</summary>
    public ReadOnlySpan<byte> Pixels()
    {
        if (!_pixelsAreCurrent) _target!.Read(_pixels);
        _pixelsAreCurrent = true;
        return _pixels;
    }

    public void Dispose()
    {
        _hud?.Dispose();
        _target?.Dispose();
        _compositor.Dispose();
        _mask.Dispose();
        _gl.DeleteVertexArray(_vertices);
    }

    private void DrawHud(Func<HudText> text, long now, bool fresh)
    {
        if (fresh || _hudDrawn == 0 || now - _hudDrawn >= HudPeriod)
        {
            _hud!.Update(text());
            _hudDrawn = now;
        }

        _hud!.Draw();
    }
}
