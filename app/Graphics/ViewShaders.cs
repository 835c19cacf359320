using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A view's shader and, if it has pre-passes, theirs with their targets.</summary>
internal sealed class ViewShaders : IDisposable
{
    private readonly GL _gl;
    private readonly IReadOnlyList<PrePass> _prePasses;
    private readonly RenderTarget?[] _targets;

    /// <exception cref="UserError">A shader is missing or does not compile.</exception>
    public ViewShaders(GL gl, View view)
    {
        (_gl, _prePasses) = (gl, view.PrePasses);
        _targets = new RenderTarget?[_prePasses.Count];
        Main = new ShaderProgram(gl, view.Shader, [.. view.Required], view.Separates ? MatteTiles.VertexFile : ShaderProgram.WholeTarget);
        if (view.Separates) (Background, Foreground) = (Side("Side 0.0"), Side("Side 1.0"));
        ShaderProgram Side(string definition) => new(gl, view.Shader, null, MatteTiles.VertexFile, definition);
        Before = [.. _prePasses.Select(p => new ShaderProgram(gl, p.Shader))];
    }

    /// <summary>Draws the view; by tiles, if it needs the matte.</summary>
    public ShaderProgram Main { get; }

    /// <summary>Draws tiles of a view that needs the matte where it is 0: with less work.</summary>
    public ShaderProgram? Background { get; }

    /// <summary>Likewise where the matte is 1.</summary>
    public ShaderProgram? Foreground { get; }

    /// <summary>All shaders, for reloading.</summary>
    public IEnumerable<ShaderProgram> Programs => ((ShaderProgram?[])[Main, Background, Foreground, .. Before]).OfType<ShaderProgram>();

    /// <summary>Draw the pre-passes, in their order.</summary>
    public IReadOnlyList<ShaderProgram> Before { get; }

    /// <summary>Whether the view shows classes by their colours.</summary>
    public bool ReadsTint => Main.Uses("tint");

    /// <summary>Directs drawing to a pre-pass's target, for a frame of this size.</summary>
    public void BindTarget(int pass, int width, int height)
    {
        int divisor = _prePasses[pass].Divisor;
        (int w, int h) = (Math.Max(1, width / divisor), Math.Max(1, height / divisor));
        RenderTarget.Ensure(ref _targets[pass], _gl, w, h, InternalFormat.Rgba16f).Bind();
    }

    /// <summary>Lets a program sample what was drawn before it: a pre-pass, by its number, or the view.</summary>
    public void SampleBefore(ShaderProgram program, int pass, int unit)
    {
        if (pass > 0) program.Sample(_prePasses[pass - 1].Sampler, _targets[pass - 1]!.Texture(), unit);
    }

    public void Dispose()
    {
        foreach (RenderTarget? target in _targets) target?.Dispose();
        foreach (ShaderProgram program in Programs) program.Dispose();
    }
}
