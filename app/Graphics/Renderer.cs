using RealtimeSeg.Frames;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Frame in, picture out: uploads a slot's pixels and labels and composites them, with the HUD, into the offscreen target.</summary>
public sealed class Renderer : IDisposable
{
    private const int PaletteSize = 256;
    private const string Background = "background";
    private const float OpacityStep = 0.1f;

    /// <summary>The HUD is drawn at 10 Hz: faster, nobody could read it.</summary>
    private const long HudPeriod = 100_000_000;

    private readonly GL _gl;
    private readonly ShaderProgram _overlay;
    private readonly PixelUploader _frame, _labels, _confidence, _palette;
    private readonly uint _vertices;
    private readonly IReadOnlyList<string> _classes;
    private readonly IReadOnlyList<int> _colors;
    private RenderTarget? _target;
    private Hud? _hud;
    private byte[] _pixels = [];
    private bool _pixelsAreCurrent;
    private long _hudDrawn;

    public Renderer(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette)
    {
        (_gl, _classes, _colors) = (gl, classes, palette);
        _overlay = new ShaderProgram(gl, "fullscreen.vert", "overlay.frag");
        _frame = new PixelUploader(gl, InternalFormat.Rgb8, PixelFormat.Bgr, 3, linear: true);
        _labels = new PixelUploader(gl, InternalFormat.R8ui, PixelFormat.RedInteger, 1, linear: false);
        _confidence = new PixelUploader(gl, InternalFormat.R8, PixelFormat.Red, 1, linear: true);
        _palette = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Bgra, 4, linear: false);
        _vertices = gl.GenVertexArray();
        UploadPalette(palette);
        gl.Check();
    }

    /// <summary>Strength of the class colours, 0–1.</summary>
    public float Opacity { get; set; } = 0.5f;

    public bool HudVisible { get; set; } = true;

    /// <summary>What the picture is drawn into; null before the first frame. Its size is the first frame's.</summary>
    public RenderTarget? Target => _target;

    /// <summary>Driver's name, for the report.</summary>
    public string Device => _gl.GetStringS(StringName.Renderer);

    public void ChangeOpacity(int steps) => Opacity = Math.Clamp(Opacity + (steps * OpacityStep), 0, 1);

    /// <summary>Brings a slot's picture, labels and confidence to the GPU.</summary>
    public void Upload(FrameSlot slot)
    {
        if (_target is null)
        {
            _target = new RenderTarget(_gl, slot.Image.Width, slot.Image.Height);
            _hud = new Hud(_gl, _classes, _colors, slot.Image.Height);
            _pixels = new byte[slot.Image.Width * slot.Image.Height * 4];
        }

        _frame.Upload(slot.Image.Data, slot.Image.Width, slot.Image.Height);
        _labels.Upload(slot.Labels.Data, slot.Labels.Width, slot.Labels.Height);
        _confidence.Upload(slot.Confidence.Data, slot.Confidence.Width, slot.Confidence.Height);
        _gl.Finish(); // so that the stage's time is its own
    }

    /// <summary>Draws what was last uploaded. Returns when the GPU is done.</summary>
    /// <param name="text">For the HUD.</param>
    /// <param name="now">Nanoseconds, to pace the HUD.</param>
    public void Compose(Func<HudText> text, long now)
    {
        if (_target is null) return;
        _target.Bind();
        _gl.BindVertexArray(_vertices);
        _gl.Viewport(0, 0, (uint)_target.Width, (uint)_target.Height);
        _gl.ClearColor(0, 0, 0, 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
        double scale = Math.Min(_target.Width / (double)_frame.Width, _target.Height / (double)_frame.Height);
        int w = (int)Math.Round(_frame.Width * scale), h = (int)Math.Round(_frame.Height * scale);
        _gl.Viewport((_target.Width - w) / 2, (_target.Height - h) / 2, (uint)w, (uint)h);
        _overlay.Use();
        Sample("frame", _frame, 0);
        Sample("labels", _labels, 1);
        Sample("confidence", _confidence, 2);
        Sample("palette", _palette, 3);
        _overlay.Set("opacity", Opacity);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        if (HudVisible) DrawHud(text, now);
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
        _gl.DeleteVertexArray(_vertices);
        _palette.Dispose();
        _confidence.Dispose();
        _labels.Dispose();
        _frame.Dispose();
        _overlay.Dispose();
    }

    private void DrawHud(Func<HudText> text, long now)
    {
        if (_hudDrawn == 0 || now - _hudDrawn >= HudPeriod)
        {
            _hud!.Update(text());
            _hudDrawn = now;
        }

        _hud!.Draw();
    }

    private void Sample(string uniform, PixelUploader texture, int unit)
    {
        _gl.ActiveTexture(TextureUnit.Texture0 + unit);
        _gl.BindTexture(TextureTarget.Texture2D, texture.Texture);
        _overlay.Set(uniform, unit);
    }

    /// <summary>The class that stands for "nothing" is not tinted.</summary>
    private unsafe void UploadPalette(IReadOnlyList<int> palette)
    {
        uint[] bgra = new uint[PaletteSize];
        for (int i = 0; i < palette.Count; i++) bgra[i] = _classes[i] == Background ? 0 : 0xFF000000u | (uint)palette[i];
        fixed (uint* p = bgra) _palette.Upload((nint)p, PaletteSize, 1);
    }
}
