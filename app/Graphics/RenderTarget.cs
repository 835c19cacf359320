using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>An offscreen image of one plane, or of several that are drawn at once. Its first row is the image's top.</summary>
public sealed class RenderTarget : IDisposable
{
    private readonly GL _gl;
    private readonly uint _framebuffer;
    private readonly uint[] _textures;

    /// <param name="gl">The context.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="planes">Format of each plane, in the order of the shader's outputs.</param>
    /// <exception cref="UserError">It is larger than OpenGL draws on this machine.</exception>
    public RenderTarget(GL gl, int width, int height, params ReadOnlySpan<InternalFormat> planes)
    {
        int most = gl.GetInteger(GLEnum.MaxTextureSize);
        if (Math.Max(width, height) > most)
            throw new UserError($"{width}×{height} is more than OpenGL draws here, {most}: choose a smaller output size");
        (_gl, Width, Height) = (gl, width, height);
        _framebuffer = gl.GenFramebuffer();
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        _textures = new uint[planes.Length];
        Span<GLEnum> attachments = stackalloc GLEnum[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            _textures[i] = NewPlane(planes[i]);
            attachments[i] = GLEnum.ColorAttachment0 + i;
            FramebufferAttachment attachment = FramebufferAttachment.ColorAttachment0 + i;
            gl.FramebufferTexture2D(FramebufferTarget.Framebuffer, attachment, TextureTarget.Texture2D, _textures[i], 0);
        }

        gl.DrawBuffers(attachments);
        GLEnum status = gl.CheckFramebufferStatus(FramebufferTarget.Framebuffer);
        if (status != GLEnum.FramebufferComplete)
            throw new InvalidOperationException($"glCheckFramebufferStatus: {status} for {width}×{height}");
        gl.Check();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Replaces a target that is absent or of another size.</summary>
    public static RenderTarget Ensure(ref RenderTarget? target, GL gl, int width, int height, params ReadOnlySpan<InternalFormat> planes)
    {
        if (target is not null && target.Width == width && target.Height == height) return target;
        target?.Dispose();
        return target = new RenderTarget(gl, width, height, planes);
    }

    /// <summary>The texture of a plane.</summary>
    public uint Texture(int plane = 0) => _textures[plane];

    /// <summary>Directs drawing to the whole of this target.</summary>
    public void Bind()
    {
        _gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        _gl.Viewport(0, 0, (uint)Width, (uint)Height);
    }

    /// <summary>Copies the first plane's pixels as RGBA, top row first.</summary>
    /// <param name="pixels">Width × height × 4 bytes; filled.</param>
    public unsafe void Read(Span<byte> pixels)
    {
        if (pixels.Length != Width * Height * 4)
            throw new ArgumentException($"{pixels.Length} bytes for {Width}×{Height} RGBA", nameof(pixels));
        Bind();
        _gl.PixelStore(PixelStoreParameter.PackAlignment, 1);
        fixed (byte* to = pixels) _gl.ReadPixels(0, 0, (uint)Width, (uint)Height, PixelFormat.Rgba, PixelType.UnsignedByte, to);
        _gl.Check();
    }

    /// <summary>Makes the whole window black.</summary>
    public static void ClearWindow(GL gl)
    {
        gl.BindFramebuffer(FramebufferTarget.DrawFramebuffer, 0);
        gl.ClearColor(0, 0, 0, 1);
        gl.Clear(ClearBufferMask.ColorBufferBit);
    }

    /// <summary>Shows the image in the window.</summary>
    /// <param name="place">Where, from the window's top left corner.</param>
    /// <param name="windowHeight">In pixels.</param>
    public void BlitToWindow(Placement place, int windowHeight)
    {
        (int x, int y, int w, int h) = place;
        int bottom = windowHeight - y - h;
        _gl.BindFramebuffer(FramebufferTarget.ReadFramebuffer, _framebuffer);
        _gl.BindFramebuffer(FramebufferTarget.DrawFramebuffer, 0);
        // A window's first row is its bottom: the image is flipped here and nowhere else.
        _gl.BlitFramebuffer(
            0, 0, Width, Height, x, bottom + h, x + w, bottom, ClearBufferMask.ColorBufferBit, BlitFramebufferFilter.Linear);
        _gl.Check();
    }

    public void Dispose()
    {
        _gl.DeleteFramebuffer(_framebuffer);
        foreach (uint t in _textures) _gl.DeleteTexture(t);
    }

    private unsafe uint NewPlane(InternalFormat stored)
    {
        uint texture = _gl.NewTexture(linear: stored != InternalFormat.R8ui);
        PixelFormat format = stored switch
        {
            InternalFormat.R8ui => PixelFormat.RedInteger,
            InternalFormat.R8 or InternalFormat.R32f => PixelFormat.Red,
            _ => PixelFormat.Rgba,
        };
        _gl.TexImage2D(TextureTarget.Texture2D, 0, stored, (uint)Width, (uint)Height, 0, format, PixelType.UnsignedByte, null);
        return texture;
    }
}
