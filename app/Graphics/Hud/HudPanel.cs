using Silk.NET.OpenGL;
using SkiaSharp;

namespace RealtimeSeg.Graphics.Hud;

/// <summary>A rectangle that Skia draws and OpenGL blends over the frame.</summary>
internal sealed class HudPanel : IDisposable
{
    private static readonly SKColor Backing = new(12, 14, 18, 150);
    private readonly GL _gl;
    private readonly PixelUploader _texture;
    private readonly SKBitmap _bitmap, _still;
    private readonly SKPaint _replace = new() { BlendMode = SKBlendMode.Src }, _paint = new() { IsAntialias = true };

    /// <param name="gl">The context.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="drawStill">Draws what never changes, on the backing.</param>
    public HudPanel(GL gl, int width, int height, Action<SKCanvas> drawStill)
    {
        _gl = gl;
        _bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul));
        _still = _bitmap.Copy();
        Canvas = new SKCanvas(_bitmap);
        using (SKCanvas still = new(_still))
        {
            still.Clear(SKColors.Transparent);
            _paint.Color = Backing;
            still.DrawRoundRect(0, 0, width, height, 8, 8, _paint);
            drawStill(still);
        }

        _texture = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Rgba, linear: false);
        Begin();
        End();
    }

    /// <summary>Where to draw what changes, between <see cref="Begin"/> and <see cref="End"/>.</summary>
    public SKCanvas Canvas { get; }

    public int Width => _bitmap.Width;

    public int Height => _bitmap.Height;

    /// <summary>Clears the canvas to what never changes.</summary>
    public void Begin() => Canvas.DrawBitmap(_still, 0, 0, SKSamplingOptions.Default, _replace);

    /// <summary>Uploads what was drawn.</summary>
    public void End()
    {
        Canvas.Flush();
        _texture.Upload(_bitmap.GetPixels(), _bitmap.Width, _bitmap.Height);
    }

    /// <summary>Blends the panel over the bound target; x and y count from its top left corner.</summary>
    public void Draw(ShaderProgram program, int x, int y)
    {
        _gl.Viewport(x, y, (uint)_bitmap.Width, (uint)_bitmap.Height);
        _gl.Enable(EnableCap.Blend);
        _gl.BlendFunc(BlendingFactor.One, BlendingFactor.OneMinusSrcAlpha);
        program.Use();
        program.Sample("hud", _texture.Texture, 0);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        _gl.Disable(EnableCap.Blend);
        _gl.Check();
    }

    public void Dispose()
    {
        _texture.Dispose();
        Canvas.Dispose();
        _still.Dispose();
        _bitmap.Dispose();
        _replace.Dispose();
        _paint.Dispose();
    }
}
