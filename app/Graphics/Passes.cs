using RealtimeSeg.Frames;
using RealtimeSeg.Graphics.Hud;
using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// All of a <see cref="Renderer"/> that lives in its context: what a frame is uploaded to, what draws it, and what is drawn. Made at once,
/// gone at once.
/// </summary>
internal sealed class Passes : IDisposable
{
    private readonly GL _gl;
    private readonly ShaderProgram _blend;
    private readonly uint _vertices;
    private RenderTarget? _target;

    /// <exception cref="UserError">A shader does not compile.</exception>
    public Passes(GL gl, RenderOptions options)
    {
        _gl = gl;
        _vertices = gl.GenVertexArray(); // the core profile draws nothing without one, even an empty one
        gl.BindVertexArray(_vertices);
        Mask = new MaskTextures(gl);
        Compositor = new Compositor(gl, options);
        _blend = new ShaderProgram(gl, "passes/hud.frag");
        Hud = new HudLayer(gl, _blend);
        Shaders = new ShaderWatch([.. Compositor.Programs, Mask.Refinement, _blend]);
    }

    /// <summary>The frame that was uploaded last.</summary>
    public MaskTextures Mask { get; }

    public Compositor Compositor { get; }

    public HudLayer Hud { get; }

    public ShaderWatch Shaders { get; }

    /// <summary>The finished image; null before the first frame.</summary>
    public RenderTarget? Target => _target;

    /// <summary>Labels that shaders made of the frame; null if they came with it.</summary>
    public TextureLabels? OnGpu { get; set; }

    /// <summary>Takes image, labels and confidence of a slot that has them in memory; what shaders made is no longer shown.</summary>
    public void Upload(FrameSlot slot, bool isForeground)
    {
        OnGpu = null;
        Mask.Upload(slot, isForeground);
    }

    /// <summary>Makes the target for a size in pixels; false if it has that already.</summary>
    /// <exception cref="UserError">It is larger than OpenGL draws on this machine.</exception>
    public bool Resize((int Width, int Height) size)
    {
        RenderTarget? before = _target;
        return RenderTarget.Ensure(ref _target, _gl, size.Width, size.Height, InternalFormat.Rgba8) != before;
    }

    /// <summary>Forgets the finished image.</summary>
    public void DropTarget()
    {
        _target?.Dispose();
        _target = null;
    }

    public void Dispose()
    {
        Hud.Dispose();
        DropTarget();
        Shaders.Dispose();
        _blend.Dispose();
        Compositor.Dispose();
        Mask.Dispose();
        _gl.DeleteVertexArray(_vertices);
    }
}
