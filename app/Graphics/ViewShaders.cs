using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A view's shader and, if it has a pre-pass, that one's shader and target.</summary>
internal sealed class ViewShaders : IDisposable
{
    private readonly GL _gl;
    private readonly PrePass? _prePass;
    private RenderTarget? _target;

    /// <exception cref="UserError">A shader is missing or does not compile.</exception>
    public ViewShaders(GL gl, View view)
    {
        _gl = gl;
        _prePass = view.PrePass;
        Main = new ShaderProgram(gl, view.Shader, [.. view.Required]);
        if (_prePass is not null) Before = new ShaderProgram(gl, _prePass.Shader);
    }

    /// <summary>Draws the view.</summary>
    public ShaderProgram Main { get; }

    /// <summary>Draws the pre-pass; null if there is none.</summary>
    public ShaderProgram? Before { get; }

    /// <summary>Whether the view or its pre-pass shows classes by their colours.</summary>
    public bool ReadsTint => Main.Uses("tint") || Before?.Uses("tint") == true;

    /// <summary>Directs drawing to the pre-pass's target, for a frame of this size.</summary>
    public void BindTarget(int width, int height)
    {
        int divisor = _prePass!.Divisor;
        RenderTarget.Ensure(ref _target, _gl, Math.Max(1, width / divisor), Math.Max(1, height / divisor), InternalFormat.Rgba16f).Bind();
    }

    /// <summary>Lets the view sample what the pre-pass drew.</summary>
    public void SamplePrePass(int unit)
    {
        if (_prePass is not null) Main.Sample(_prePass.Sampler, _target!.Texture(), unit);
    }

    public void Dispose()
    {
        _target?.Dispose();
        Before?.Dispose();
        Main.Dispose();
    }
}
