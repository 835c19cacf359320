using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// The share of foreground in each pixel of the image, from the mask's probabilities: a guided filter whose guide is the image (He, Sun and
/// Tang, "Guided image filtering", 2010), computed on cells of the mask and enlarged by its coefficients (He and Sun, "Fast guided filter",
/// 2015), so that the matte's edges are the image's. Where a cell stays as it was, its probability follows slowly.
/// </summary>
internal sealed class MattePass : IDisposable
{
    /// <summary>Steps of a feather on one side of an edge: longer ones take longer steps.</summary>
    private const float FeatherSteps = 3;

    /// <summary>The strength of smoothing at which a cell follows half of the way from frame to frame.</summary>
    private const float Readiness = 1 / 6f;

    private const InternalFormat Floats = InternalFormat.Rgba32f;

    private readonly GL _gl;
    private readonly MatteOptions _options;
    private readonly int _cell;
    private readonly MatteTiles _tiles;
    private readonly ShaderProgram _cells, _rows, _fit, _mean, _matte, _featherRows, _feather;
    private readonly RenderTarget?[] _cellMaps = new RenderTarget?[2];
    private readonly RenderTarget?[] _mattes = new RenderTarget?[2];
    private RenderTarget? _sums, _fits, _meanRows, _planes, _stretched, _feathered;
    private int _now;
    private long _frame = -1;
    private bool _follows;

    /// <param name="gl">The context.</param>
    /// <param name="options">How.</param>
    /// <param name="cell">Pixels of the mask along a cell's side.</param>
    public MattePass(GL gl, MatteOptions options, int cell = 3)
    {
        (_gl, _options, _cell) = (gl, options, cell);
        (_cells, _rows) = (new ShaderProgram(gl, "passes/matte-cells.frag"), new ShaderProgram(gl, "passes/matte-rows.frag"));
        _tiles = new MatteTiles(gl);
        _fit = new ShaderProgram(gl, "passes/matte-fit.frag", vertexFile: MatteTiles.VertexFile);
        _mean = new ShaderProgram(gl, "passes/matte-mean.frag");
        _matte = new ShaderProgram(gl, "passes/matte.frag", vertexFile: MatteTiles.VertexFile);
        _featherRows = new ShaderProgram(gl, "passes/feather-rows.frag");
        _feather = new ShaderProgram(gl, "passes/feather.frag");
    }

    /// <summary>Strength of the smoothing over time, 0–1, as of the labels.</summary>
    public float Smooth { get; set; }

    /// <summary>All shaders, for reloading.</summary>
    public IEnumerable<ShaderProgram> Programs => [_cells, _rows, .. _tiles.Programs, _fit, _mean, _matte, _featherRows, _feather];

    /// <summary>Where the last matte is all 0 or all 1, and where not.</summary>
    public MatteTiles Tiles => _tiles;

    /// <summary>Whether <see cref="Tiles"/> tells what the matte is: a feather enters tiles beside an edge.</summary>
    public bool TilesAreExact => _options.Feather == 0;

    /// <summary>Texture of the matte, 8-bit, at the image's size.</summary>
    public uint Matte => (_options.Feather == 0 ? _mattes[_now]! : _feathered!).Texture();

    /// <summary>Texture of the foreground's mean colour around each cell.</summary>
    public uint Front => _fits!.Texture(1);

    /// <summary>Likewise of the background.</summary>
    public uint Behind => _fits!.Texture(2);

    /// <summary>Begins again: the next frame has nothing to do with the one before.</summary>
    public void Forget() => _frame = -1;

    /// <summary>Makes the matte of the frame that was uploaded last.</summary>
    /// <param name="mask">Image, labels and probabilities.</param>
    /// <param name="palette">Texture of the colours by label; alpha 0 for background.</param>
    /// <param name="classes">Number of labels.</param>
    public void Draw(MaskTextures mask, uint palette, int classes)
    {
        int width = Cells(mask.NetworkWidth), height = Cells(mask.NetworkHeight);
        DrawCells(mask, palette, classes, width, height);
        RenderTarget cells = _cellMaps[_now]!;
        RenderTarget.Ensure(ref _sums, _gl, width, height, Floats, Floats, Floats, InternalFormat.R32f).Bind();
        _rows.Use();
        _rows.Sample("cells", cells.Texture(), 0);
        _rows.Set("threshold", _options.Threshold);
        Fill();
        _tiles.Find(_sums!);
        RenderTarget.Ensure(ref _fits, _gl, width, height, Floats, InternalFormat.Rgba8, InternalFormat.Rgba8).Bind();
        _fit.Use();
        _fit.Sample("means", _sums!.Texture(0), 0);
        _fit.Sample("products", _sums.Texture(1), 1);
        _fit.Sample("others", _sums.Texture(2), 2);
        _fit.Sample("last", _sums.Texture(3), 3);
        _fit.Sample("cells", cells.Texture(), 4);
        _fit.Sample("before", (_cellMaps[1 - _now] ?? cells).Texture(), 5);
        _fit.Set("kept", Kept);
        if (TilesAreExact) _tiles.Fill(_fit, isMatte: false);
        else _tiles.Draw(_fit, TileKind.Any); // a feather takes colours from there
        DrawMean(_fits!, RenderTarget.Ensure(ref _meanRows, _gl, width, height, Floats), (1, 0));
        DrawMean(_meanRows!, RenderTarget.Ensure(ref _planes, _gl, width, height, Floats), (0, 1));
        DrawMatte(mask);
        if (_options.Feather != 0) DrawFeather(mask.Width, mask.Height);
        _gl.Check();
    }

    public void Dispose()
    {
        RenderTarget?[] targets = [_sums, _fits, _meanRows, _planes, _stretched, _feathered, .. _cellMaps, .. _mattes];
        foreach (RenderTarget? target in targets) target?.Dispose();
        _tiles.Dispose();
        foreach (ShaderProgram program in (ShaderProgram[])[_cells, _rows, _fit, _mean, _matte, _featherRows, _feather]) program.Dispose();
    }

    /// <summary>Share of the frame before in this one, where nothing moves.</summary>
    private float Kept => _follows ? Smooth / (Smooth + Readiness) : 0;

    private int Cells(int pixels) => (pixels + _cell - 1) / _cell;

    /// <summary>Drawn again, a frame follows the same one as before.</summary>
    private void DrawCells(MaskTextures mask, uint palette, int classes, int width, int height)
    {
        if (mask.Serial != _frame)
        {
            bool next = _frame >= 0 && mask.Serial == _frame + 1;
            _follows = next && _cellMaps[_now] is { } last && (last.Width, last.Height) == (width, height)
                && _mattes[_now] is { } matte && (matte.Width, matte.Height) == (mask.Width, mask.Height);
            (_frame, _now) = (mask.Serial, 1 - _now);
        }

        RenderTarget.Ensure(ref _cellMaps[_now], _gl, width, height, Floats).Bind();
        _cells.Use();
        _cells.Sample("frame", mask.Frame, 0);
        _cells.Sample("labels", mask.NetworkLabels, 1);
        _cells.Sample("confidence", mask.NetworkConfidence, 2);
        _cells.Sample("palette", palette, 3);
        if (mask.Foreground is { } known) _cells.Sample("scored", known, 4);
        if (_follows) _cells.Sample("before", _cellMaps[1 - _now]!.Texture(), 5);
        _cells.Set("cells", (width, height));
        _cells.Set("known", mask.Foreground is null ? 0 : 1);
        _cells.Set("rivals", classes == 2 ? 1 : 0.5f);
        _cells.Set("offset", mask.ForegroundOffset);
        _cells.Set("kept", Kept);
        Fill();
    }

    private void DrawMatte(MaskTextures mask)
    {
        RenderTarget matte = RenderTarget.Ensure(ref _mattes[_now], _gl, mask.Width, mask.Height, InternalFormat.R8);
        RenderTarget.Ensure(ref _mattes[1 - _now], _gl, mask.Width, mask.Height, InternalFormat.R8);
        matte.Bind();
        _matte.Use();
        _matte.Sample("frame", mask.Frame, 0);
        _matte.Sample("planes", _planes!.Texture(), 1);
        _matte.Sample("front", Front, 2);
        _matte.Sample("before", _mattes[1 - _now]!.Texture(), 3);
        _tiles.Fill(_matte, isMatte: true);
    }

    private void DrawMean(RenderTarget from, RenderTarget to, (float X, float Y) along)
    {
        to.Bind();
        _mean.Use();
        _mean.Sample("planes", from.Texture(), 0);
        _mean.Set("along", along);
        Fill();
    }

    private void DrawFeather(int width, int height)
    {
        float length = Math.Abs(_options.Feather), step = Math.Max(1, length / FeatherSteps);
        int columns = Math.Max(1, (int)(width / step)), rows = Math.Max(1, (int)(height / step));
        RenderTarget.Ensure(ref _stretched, _gl, columns, rows, InternalFormat.R8).Bind();
        Stretch(_featherRows, _mattes[_now]!, (step / width, 0));
        Fill();
        RenderTarget.Ensure(ref _feathered, _gl, width, height, InternalFormat.R8).Bind();
        Stretch(_feather, _stretched!, (0, step / height));
        _feather.Sample("hard", _mattes[_now]!.Texture(), 1);
        _feather.Set("outwards", _options.Feather > 0 ? 1 : 0);
        Fill();

        void Stretch(ShaderProgram program, RenderTarget from, (float, float) along)
        {
            program.Use();
            program.Sample("matte", from.Texture(), 0);
            program.Set("reach", length / step);
            program.Set("along", along);
        }
    }

    private void Fill() => _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
}
