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
    private const int PrePassUnit = 4, BackdropUnit = 5, MatteUnit = 6, FrontUnit = 7, BehindUnit = 8;

    /// <summary>The backdrop's colour unless another is chosen, 0xRRGGBB.</summary>
    private const int OwnBackdrop = 0x1E5A3C;

    private readonly GL _gl;
    private readonly Dictionary<View, ViewShaders> _views;
    private readonly ShaderProgram _tintMask;
    private readonly PixelUploader _palette, _backdrop;
    private readonly RenderOptions _options;
    private readonly MattePass _matte;
    private int _classes;
    private RenderTarget? _tint;

    /// <param name="gl">The context.</param>
    /// <param name="options">What lies behind the foreground, and how the two are told apart.</param>
    public Compositor(GL gl, RenderOptions options)
    {
        (_gl, _options) = (gl, options);
        _views = Views.All.ToDictionary(v => v, v => new ViewShaders(gl, v));
        _tintMask = new ShaderProgram(gl, "passes/tint.frag");
        _palette = new PixelUploader(gl, InternalFormat.Rgba8, PixelFormat.Bgra, linear: false);
        _backdrop = new PixelUploader(gl, InternalFormat.Rgb8, PixelFormat.Bgr, linear: true);
        _matte = new MattePass(gl, options.Matte);
        SetBackdrop(options.Backdrop ?? OwnBackdrop);
    }

    /// <summary>All shaders, for reloading.</summary>
    public IEnumerable<ShaderProgram> Programs
        => [.. _views.Values.SelectMany(v => v.Programs), _tintMask, .. _matte.Programs];

    /// <summary>Texture of the colours by label; alpha 0 for those that are not shown.</summary>
    public uint Palette => _palette.Texture;

    /// <summary>Strength of the matte's smoothing over time, 0–1.</summary>
    public float Smooth
    {
        get => _matte.Smooth;
        set => _matte.Smooth = value;
    }

    /// <summary>Draws into the middle of <paramref name="target"/> with the frame's aspect kept and black bars.</summary>
    public void Draw(View view, MaskTextures mask, RenderTarget target, float opacity)
    {
        ViewShaders shaders = _views[view];
        if (shaders.ReadsTint) Tint(mask, view.Washes ? (Unsure * opacity, opacity) : (1, 1));
        Placement frame = Placement.Within((target.Width, target.Height), (mask.Width, mask.Height));
        bool unscaled = (frame.Width, frame.Height) == (mask.Width, mask.Height);
        mask.FilterFrame(view.Resamples || !unscaled);
        if (view.Separates) _matte.Draw(mask, _palette.Texture, _classes);
        for (int i = 0; i < shaders.Before.Count; i++)
        {
            shaders.BindTarget(i, mask.Width, mask.Height);
            Prepare(shaders.Before[i], mask, opacity);
            shaders.SampleBefore(shaders.Before[i], i, PrePassUnit);
            shaders.Before[i].SetIfUsed("strength", _options.BlurStrength);
            _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
        }

        target.Bind();
        if ((frame.Width, frame.Height) != (target.Width, target.Height)) ClearBars();
        _gl.Viewport(frame.X, frame.Y, (uint)frame.Width, (uint)frame.Height);
        DrawView(view, mask, frame, opacity);
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
        _classes = palette.Count;
        _matte.Forget();
    }

    public void Dispose()
    {
        _tint?.Dispose();
        _matte.Dispose();
        _backdrop.Dispose();
        _palette.Dispose();
        _tintMask.Dispose();
        foreach (ViewShaders v in _views.Values) v.Dispose();
    }

    /// <summary>Draws into the viewport: with the matte, by its tiles.</summary>
    private void DrawView(View view, MaskTextures mask, Placement frame, float opacity)
    {
        ViewShaders shaders = _views[view];
        if (!view.Separates)
        {
            PrepareView(shaders.Main, view, mask, frame, opacity);
            _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
            return;
        }

        DrawTiles(shaders.Main, _matte.TilesAreExact ? TileKind.Edge : TileKind.Any);
        if (!_matte.TilesAreExact) return;
        DrawTiles(shaders.Background!, TileKind.Background);
        DrawTiles(shaders.Foreground!, TileKind.Foreground);

        void DrawTiles(ShaderProgram program, TileKind kind)
        {
            PrepareView(program, view, mask, frame, opacity);
            _matte.Tiles.Draw(program, kind);
        }
    }

    private void PrepareView(ShaderProgram program, View view, MaskTextures mask, Placement frame, float opacity)
    {
        Prepare(program, mask, opacity);
        _views[view].SampleBefore(program, _views[view].Before.Count, PrePassUnit);
        if (view.ShowsBackdrop) program.Sample("backdrop", _backdrop.Texture, BackdropUnit);
        if (view.CanBeTransparent) SetGround(program);
        if (view.Own is { } own) program.Set(own.Name, own.Value(frame));
    }

    private void SetGround(ShaderProgram program)
    {
        program.SetIfUsed("transparent", _options.Transparent ? 1 : 0);
        int ground = _options.Ground ?? 0;
        float Channel(int shift) => ((ground >> shift) & byte.MaxValue) / (float)byte.MaxValue;
        program.SetIfUsed("ground", (Channel(16), Channel(8), Channel(0), _options.Ground is null ? 0 : 1));
    }

    private void ClearBars()
    {
        _gl.ClearColor(0, 0, 0, _options.Transparent ? 0 : 1);
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
        if (program.Uses("matte")) program.Sample("matte", _matte.Matte, MatteUnit);
        if (program.Uses("front")) program.Sample("front", _matte.Front, FrontUnit);
        if (program.Uses("behind")) program.Sample("behind", _matte.Behind, BehindUnit);
        program.SetIfUsed("opacity", opacity);
    }

    private unsafe void SetBackdrop(int rgb) => _backdrop.Upload((nint)(&rgb), 1, 1); // as bytes in memory: blue, green, red
}
