using System.Globalization;
using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics;

/// <summary>What the HUD shows.</summary>
public readonly record struct HudText(double FramesPerSecond, double LatencyP50, double LatencyP99, long Drops, string Provider, string Model, string? Trouble = null);

/// <summary>A panel with figures and the class legend, drawn by Skia into a texture a few times a second.</summary>
public sealed class Hud : IDisposable
{
    private const int Lines = 3;
    private static readonly SKColor Panel = new(12, 14, 18, 150), Ink = new(238, 240, 244), Alarm = new(255, 120, 90);
    private readonly GL _gl;
    private readonly ShaderProgram _program;
    private readonly PixelUploader _texture;
    private readonly IReadOnlyList<string> _classes;
    private readonly SKPaint _paint = new() { IsAntialias = true };
    private readonly SKFont _font;
    private readonly SKPaint _replace = new() { BlendMode = SKBlendMode.Src };
    private readonly SKBitmap _bitmap, _legend;
    private readonly SKCanvas _canvas;
    private readonly float _line;
    private string _provider = "", _network = "";

    /// <param name="gl">The context.</param>
    /// <param name="classes">Names by label.</param>
    /// <param name="palette">0xRRGGBB by label.</param>
    /// <param name="targetHeight">Height of the picture it lies on; text scales with it.</param>
    public Hud(GL gl, IReadOnlyList<string> classes, IReadOnlyList<int> palette, int targetHeight)
    {
        (_gl, _classes) = (gl, classes);
        float size = Math.Clamp(targetHeight / 40f, 10, 26);
        _line = size * 1.35f;
        _font = new SKFont(SKTypeface.FromFamilyName("DejaVu Sans"), size);
        int rows = Lines + Math.Min(classes.Count, (int)((targetHeight - (2 * _line)) / _line) - Lines);
        _bitmap = new SKBitmap(new SKImageInfo((int)(size * 13.5f), (int)(_line * (rows + 0.6f)), SKColorType.Rgba8888, SKAlphaType.Premul));
        _legend = _bitmap.Copy();
        _canvas = new SKCanvas(_bitmap);
        DrawLegend(palette);
        _program = new ShaderProgram(gl, "fullscreen.vert", "hud.frag");
        _texture = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Rgba, 4, linear: true);
    }

    /// <summary>Draws the figures anew over the panel, and the panel into its texture.</summary>
    public void Update(HudText t)
    {
        _canvas.DrawBitmap(_legend, 0, 0, SKSamplingOptions.Default, _replace);
        Write(_canvas, 0, string.Create(CultureInfo.InvariantCulture, $"{t.FramesPerSecond:F1} fps   drops {t.Drops}"), 0);
        if (t.Trouble is null) Write(_canvas, 1, string.Create(CultureInfo.InvariantCulture, $"latency {t.LatencyP50:F0} / {t.LatencyP99:F0} ms"), 0);
        if (t.Trouble is not null) Write(_canvas, 1, t.Trouble, 0, Alarm);
        if (_provider != t.Provider) (_provider, _network) = (t.Provider, $"{t.Model} on {t.Provider}");
        Write(_canvas, 2, _network, 0);
        _canvas.Flush();
        _texture.Upload(_bitmap.GetPixels(), _bitmap.Width, _bitmap.Height);
    }

    /// <summary>Blends the panel over the bound target's top left corner.</summary>
    public void Draw()
    {
        int margin = (int)(_line / 2);
        _gl.Viewport(margin, margin, (uint)_bitmap.Width, (uint)_bitmap.Height);
        _gl.Enable(EnableCap.Blend);
        _gl.BlendFunc(BlendingFactor.One, BlendingFactor.OneMinusSrcAlpha);
        _program.Use();
        _program.Sample("hud", _texture.Texture, 0);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        _gl.Disable(EnableCap.Blend);
        _gl.Check();
    }

    public void Dispose()
    {
        _texture.Dispose();
        _program.Dispose();
        _canvas.Dispose();
        _legend.Dispose();
        _bitmap.Dispose();
        _replace.Dispose();
        _font.Dispose();
        _paint.Dispose();
    }

    /// <summary>What never changes, drawn once: the panel and the classes with their colours.</summary>
    private void DrawLegend(IReadOnlyList<int> palette)
    {
        using SKCanvas canvas = new(_legend);
        canvas.Clear(SKColors.Transparent);
        _paint.Color = Panel;
        canvas.DrawRoundRect(0, 0, _legend.Width, _legend.Height, _line / 3, _line / 3, _paint);
        for (int i = 0; i < _classes.Count && (Lines + i + 0.6f) * _line < _legend.Height; i++)
        {
            float y = (Lines + i + 0.45f) * _line;
            _paint.Color = new SKColor(0xFF000000u | (uint)palette[i]);
            canvas.DrawRoundRect(_line * 0.4f, y, _line * 0.7f, _line * 0.7f, 2, 2, _paint);
            Write(canvas, Lines + i, _classes[i], _line);
        }
    }

    private void Write(SKCanvas canvas, int row, string text, float indent, SKColor? color = null)
    {
        _paint.Color = color ?? Ink;
        canvas.DrawText(text, (_line * 0.4f) + indent, (row + 1.05f) * _line, SKTextAlign.Left, _font, _paint);
    }
}
