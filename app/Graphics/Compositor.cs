using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Draws a frame's view with its shader.</summary>
public sealed class Compositor : IDisposable
{
    private const int PaletteSize = 256;

    /// <summary>The blur's first pass runs at this fraction of the picture's size: what is blurred needs no detail.</summary>
    private const int BlurDivisor = 4;

    /// <summary>Width of an outline as a share of the picture's height.</summary>
    private const float OutlineShare = 1 / 360f;

    private readonly GL _gl;
    private readonly ShaderProgram[] _views;
    private readonly ShaderProgram _tintMask, _blurRows;
    private readonly PixelUploader _palette, _backdrop;
    private readonly bool _transparent;
    private RenderTarget? _tint, _rows;

    /// <param name="gl">The context.</param>
    /// <param name="backdrop">Colour behind a replaced background, 0xRRGGBB, until there is a picture for it.</param>
    /// <param name="transparent">Leave what a cut-out leaves out transparent, instead of drawing a checkerboard there.</param>
    public Compositor(GL gl, int backdrop, bool transparent)
    {
        (_gl, _transparent) = (gl, transparent);
        _views = [.. Enum.GetNames<View>().Select(v => new ShaderProgram(gl, "passes/fullscreen.vert", $"views/{v.ToLowerInvariant()}.frag"))];
        _tintMask = new ShaderProgram(gl, "passes/fullscreen.vert", "passes/tint.frag");
        _blurRows = new ShaderProgram(gl, "passes/fullscreen.vert", "passes/blur-rows.frag");
        _palette = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Bgra, 4, linear: false);
        _backdrop = new PixelUploader(gl, InternalFormat.Rgb8, PixelFormat.Bgr, 3, linear: true);
        SetBackdrop(backdrop);
    }

    public IEnumerable<ShaderProgram> Programs => [.. _views, _tintMask, _blurRows];

    /// <summary>Draws into the middle of <paramref name="target"/>, the picture's aspect kept, bars black.</summary>
    public void Draw(View view, MaskTextures mask, RenderTarget target, float opacity)
    {
        Tint(mask);
        if (view == View.Blur) BlurRows(mask, opacity);
        target.Bind();
        _gl.ClearColor(0, 0, 0, _transparent ? 0 : 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
        (int x, int y, int w, int h) = Placement.Within((target.Width, target.Height), (mask.Width, mask.Height));
        _gl.Viewport(x, y, (uint)w, (uint)h);
        ShaderProgram program = _views[(int)view];
        Prepare(program, mask, opacity);
        if (view == View.Blur) program.Sample("rows", _rows!.Texture(), 4);
        if (view == View.Replace) program.Sample("backdrop", _backdrop.Texture, 4);
        if (view == View.CutOut) program.Set("transparent", _transparent ? 1 : 0);
        if (view == View.Edges)
        {
            float thickness = Math.Max(1f, h * OutlineShare);
            program.Set("lineWidth", thickness / w, thickness / h);
        }

        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        _gl.Check();
    }

    /// <summary>What a replaced background shows from now on, 8-bit BGR.</summary>
    public void SetBackdrop(Mat picture) => _backdrop.Upload(picture.Data, picture.Width, picture.Height);

    /// <summary>The colour of each label, 0xRRGGBB; labels that are no foreground are not tinted: their alpha is 0.</summary>
    public unsafe void SetPalette(IReadOnlyList<int> palette, ReadOnlySpan<int> foreground)
    {
        uint[] bgra = new uint[PaletteSize];
        foreach (int label in foreground) bgra[label] = 0xFF000000u | (uint)palette[label];
        fixed (uint* p = bgra) _palette.Upload((nint)p, PaletteSize, 1);
    }

    public void Dispose()
    {
        _rows?.Dispose();
        _tint?.Dispose();
        _backdrop.Dispose();
        _palette.Dispose();
        _blurRows.Dispose();
        _tintMask.Dispose();
        foreach (ShaderProgram p in _views) p.Dispose();
    }

    private void Tint(MaskTextures mask)
    {
        Ensure(ref _tint, mask.MaskWidth, mask.MaskHeight, InternalFormat.Rgba8).Bind();
        _tintMask.Use();
        _tintMask.Sample("labels", mask.Labels, 0);
        _tintMask.Sample("palette", _palette.Texture, 1);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    private RenderTarget Ensure(ref RenderTarget? target, int width, int height, InternalFormat format)
    {
        if (target is not null && target.Width == width && target.Height == height) return target;
        target?.Dispose();
        return target = new RenderTarget(_gl, width, height, format);
    }

    private void BlurRows(MaskTextures mask, float opacity)
    {
        Ensure(ref _rows, Math.Max(1, mask.Width / BlurDivisor), Math.Max(1, mask.Height / BlurDivisor), InternalFormat.Rgba16f).Bind();
        Prepare(_blurRows, mask, opacity);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    private void Prepare(ShaderProgram program, MaskTextures mask, float opacity)
    {
        program.Use();
        program.Sample("frame", mask.Frame, 0);
        program.Sample("labels", mask.Labels, 1);
        program.Sample("confidence", mask.Confidence, 2);
        program.Sample("tint", _tint!.Texture(), 3);
        program.SetIfUsed("opacity", opacity);
    }

    private unsafe void SetBackdrop(int rgb) => _backdrop.Upload((nint)(&rgb), 1, 1); // as bytes in memory: blue, green, red
}
