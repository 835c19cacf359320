using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Draws a frame in any of the <see cref="Views"/>.</summary>
public sealed class Compositor : IDisposable
{
    private const int PaletteSize = 256;

    /// <summary>Share of the opacity that is left where the network is unsure.</summary>
    private const float Unsure = 0.5f;

    /// <summary>Texture units after those of the inputs that every view has.</summary>
    private const int PrePassUnit = 4, BackdropUnit = 5;

    private readonly GL _gl;
    private readonly Dictionary<View, ViewShaders> _views;
    private readonly ShaderProgram _tintMask;
    private readonly PixelUploader _palette, _backdrop;
    private readonly bool _transparent;
    private RenderTarget? _tint;

    /// <param name="gl">The context.</param>
    /// <param name="backdrop">Colour behind a replaced background, 0xRRGGBB, until there is an image for it.</param>
    /// <param name="transparent">Leave the background transparent in views that can, instead of drawing a checkerboard there.</param>
    public Compositor(GL gl, int backdrop, bool transparent)
    {
        (_gl, _transparent) = (gl, transparent);
        _views = Views.All.ToDictionary(v => v, v => new ViewShaders(gl, v));
        _tintMask = new ShaderProgram(gl, "passes/tint.frag");
        _palette = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Bgra, linear: false);
        _backdrop = new PixelUploader(gl, InternalFormat.Rgb8, PixelFormat.Bgr, linear: true);
        SetBackdrop(backdrop);
    }

    /// <summary>All shaders, for reloading.</summary>
    public IEnumerable<ShaderProgram> Programs
        => [.. _views.Values.Select(v => v.Main), .. _views.Values.Select(v => v.Before).OfType<ShaderProgram>(), _tintMask];

    /// <summary>Draws into the middle of <paramref name="target"/> with the frame's aspect kept and black bars.</summary>
    public void Draw(View view, MaskTextures mask, RenderTarget target, float opacity)
    {
        ViewShaders shaders = _views[view];
        if (shaders.ReadsTint) Tint(mask, view.Washes ? (Unsure * opacity, opacity) : (1, 1));
        Placement frame = Placement.Within((target.Width, target.Height), (mask.Width, mask.Height));
        bool unscaled = (frame.Width, frame.Height) == (mask.Width, mask.Height);
        mask.FilterFrame(view.Resamples || !unscaled);
        if (shaders.Before is { } before)
        {
            shaders.BindTarget(mask.Width, mask.Height);
            Prepare(before, mask, opacity);
            _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        }

        target.Bind();
        if ((frame.Width, frame.Height) != (target.Width, target.Height)) ClearBars();
        _gl.Viewport(frame.X, frame.Y, (uint)frame.Width, (uint)frame.Height);
        Prepare(shaders.Main, mask, opacity);
        shaders.SamplePrePass(PrePassUnit);
        if (view.ShowsBackdrop) shaders.Main.Sample("backdrop", _backdrop.Texture, BackdropUnit);
        if (view.CanBeTransparent) shaders.Main.Set("transparent", _transparent ? 1 : 0);
        if (view.Own is { } own) shaders.Main.Set(own.Name, own.Value(frame));
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        _gl.Check();
    }

    /// <summary>Replaces what views with a backdrop show behind the foreground, 8-bit BGR.</summary>
    public void SetBackdrop(Mat image) => _backdrop.Upload(image.Data, image.Width, image.Height);

    /// <summary>Sets the colour of each label, 0xRRGGBB. Labels that are not shown are not tinted: their alpha is 0.</summary>
    public unsafe void SetPalette(IReadOnlyList<int> palette, IReadOnlyList<int> shown)
    {
        uint[] bgra = new uint[PaletteSize];
        foreach (int label in shown) bgra[label] = 0xFF000000u | (uint)palette[label];
        fixed (uint* p = bgra) _palette.Upload((nint)p, PaletteSize, 1);
    }

    public void Dispose()
    {
        _tint?.Dispose();
        _backdrop.Dispose();
        _palette.Dispose();
        _tintMask.Dispose();
        foreach (ViewShaders v in _views.Values) v.Dispose();
    }

    private void ClearBars()
    {
        _gl.ClearColor(0, 0, 0, _transparent ? 0 : 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
    }

    /// <summary>Colours each mask pixel by its class, at the mask's size: views filter colours, since labels cannot be mixed.</summary>
    /// <param name="mask">Classes and confidence.</param>
    /// <param name="strength">Of the colours where the network is unsure, and where it is sure; 0–1.</param>
    private void Tint(MaskTextures mask, (float Unsure, float Sure) strength)
    {
        RenderTarget.Ensure(ref _tint, _gl, mask.MaskWidth, mask.MaskHeight, InternalFormat.Rgba8).Bind();
        _tintMask.Use();
        _tintMask.Sample("labels", mask.Labels, 0);
        _tintMask.Sample("palette", _palette.Texture, 1);
        _tintMask.Sample("confidence", mask.Confidence, 2);
        _tintMask.Set("strength", strength);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    /// <summary>Sets what every view may read: see <c>view.glsl</c>.</summary>
    private void Prepare(ShaderProgram program, MaskTextures mask, float opacity)
    {
        program.Use();
        program.Sample("frame", mask.Frame, 0);
        program.Sample("labels", mask.Labels, 1);
        program.Sample("confidence", mask.Confidence, 2);
        if (_tint is not null) program.Sample("tint", _tint.Texture(), 3);
        program.SetIfUsed("opacity", opacity);
    }

    private unsafe void SetBackdrop(int rgb) => _backdrop.Upload((nint)(&rgb), 1, 1); // as bytes in memory: blue, green, red
}
