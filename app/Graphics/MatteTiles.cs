using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>Tiles of the matte by what it is there: all 0, all 1, or near an edge between them.</summary>
internal enum TileKind
{
    Background,
    Edge,
    Foreground,
    Any,
}

/// <summary>
/// Tells tiles of the matte that lie far from all edges, where it is all 0 or all 1, from those near an edge, so that what is costly is
/// drawn there alone. Shaders could branch, but drivers in software then run both ways.
/// </summary>
internal sealed class MatteTiles : IDisposable
{
    /// <summary>Of programs that draw tiles.</summary>
    public const string VertexFile = "passes/matte-tiles.vert";

    /// <summary>A texture unit that neither the matte nor a view uses.</summary>
    private const int Unit = 9;

    /// <summary>As in <c>matte.glsl</c>.</summary>
    private const int TileSide = 12;

    private readonly GL _gl;
    private readonly ShaderProgram _find, _side;
    private RenderTarget? _tiles;
    private (float Width, float Height) _extent;

    public MatteTiles(GL gl)
    {
        _gl = gl;
        _find = new ShaderProgram(gl, "passes/matte-tiles.frag");
        _side = new ShaderProgram(gl, "passes/matte-side.frag", vertexFile: VertexFile);
    }

    /// <summary>All shaders, for reloading.</summary>
    public IEnumerable<ShaderProgram> Programs => [_find, _side];

    /// <summary>Looks at the shares of foreground.</summary>
    /// <param name="means">A target whose first plane's alpha has their means along rows.</param>
    public void Find(RenderTarget means)
    {
        _extent = (means.Width, means.Height);
        RenderTarget.Ensure(ref _tiles, _gl, Tiles(means.Width), Tiles(means.Height), InternalFormat.R8).Bind();
        _find.Use();
        _find.Sample("means", means.Texture(), 0);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }

    /// <summary>Draws the target that is bound: by the program in use near edges, with what it would give elsewhere.</summary>
    /// <param name="program">The program in use.</param>
    /// <param name="isMatte">Whether it gives the matte, else the fit.</param>
    public void Fill(ShaderProgram program, bool isMatte)
    {
        Draw(program, TileKind.Edge);
        _side.Use();
        _side.Set("matte", isMatte ? 1 : 0);
        Draw(_side, TileKind.Background);
        Draw(_side, TileKind.Foreground);
    }

    /// <summary>Draws the tiles of a kind by a program with <see cref="VertexFile"/>, which is in use.</summary>
    public void Draw(ShaderProgram program, TileKind kind)
    {
        program.Sample("tiles", _tiles!.Texture(), Unit);
        program.Set("extent", _extent);
        program.Set("sides", kind switch
        {
            TileKind.Background => (0, 0.25f),
            TileKind.Foreground => (0.75f, 1),
            TileKind.Edge => (0.25f, 0.75f),
            _ => (0, 1),
        });
        _gl.DrawArraysInstanced(PrimitiveType.TriangleStrip, 0, 4, (uint)(_tiles.Width * _tiles.Height));
    }

    public void Dispose()
    {
        _tiles?.Dispose();
        foreach (ShaderProgram program in Programs) program.Dispose();
    }

    private static int Tiles(int cells) => (cells + TileSide - 1) / TileSide;
}
