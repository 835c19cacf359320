using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>An offscreen picture, of one plane or several drawn at once. Its first row is the picture's top.</summary>
public sealed class RenderTarget : IDisposable
{
    private readonly GL _gl;
    private readonly uint _framebuffer;
    private readonly uint[] _textures;

    /// <param name="gl">The context.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="planes">Format of each plane; the shader's outputs in order.</param>
    public unsafe RenderTarget(GL gl, int width, int height, params ReadOnlySpan<InternalFormat> planes)
    {
        (_gl, Width, Height) = (gl, width, height);
        _framebuffer = gl.GenFramebuffer();
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        _textures = new uint[planes.Length];
        Span<GLEnum> attachments = stackalloc GLEnum[planes.Length];
        for (int i = 0; i < planes.Length; i++)
        {
            attachments[i] = GLEnum.ColorAttachment0 + i;
            _textures[i] = gl.GenTexture();
            gl.BindTexture(TextureTarget.Texture2D, _textures[i]);
            PixelFormat format = planes[i] switch { InternalFormat.R8ui => PixelFormat.RedInteger, InternalFormat.R8 => PixelFormat.Red, _ => PixelFormat.Rgba };
            gl.TexImage2D(TextureTarget.Texture2D, 0, planes[i], (uint)width, (uint)height, 0, format, PixelType.UnsignedByte, null);
            int filter = (int)(planes[i] == InternalFormat.R8ui ? GLEnum.Nearest : GLEnum.Linear), clamp = (int)GLEnum.ClampToEdge;
            gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, filter);
            gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, filter);
            gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, clamp);
            gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, clamp);
            gl.FramebufferTexture2D(FramebufferTarget.Framebuffer, FramebufferAttachment.ColorAttachment0 + i, TextureTarget.Texture2D, _textures[i], 0);
        }

        gl.DrawBuffers(attachments);
        GLEnum status = gl.CheckFramebufferStatus(FramebufferTarget.Framebuffer);
        if (status != GLEnum.FramebufferComplete) throw new InvalidOperationException($"glCheckFramebufferStatus: {status} for {width}×{height}");
        gl.Check();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The texture of a plane.</summary>
    public uint Texture(int plane = 0) => _textures[plane];

    /// <summary>Directs drawing here, to the whole of it.</summary>
    public void Bind()
    {
        _gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        _gl.Viewport(0, 0, (uint)Width, (uint)Height);
    }

    /// <summary>Copies the first plane's pixels, RGBA, top row first, into <paramref name="pixels"/> of width × height × 4 bytes.</summary>
    public unsafe void Read(Span<byte> pixels)
    {
        if (pixels.Length != Width * Height * 4) throw new ArgumentException($"{pixels.Length} bytes for {Width}×{Height} RGBA", nameof(pixels));
        Bind();
        _gl.PixelStore(PixelStoreParameter.PackAlignment, 1);
        fixed (byte* to = pixels) _gl.ReadPixels(0, 0, (uint)Width, (uint)Height, PixelFormat.Rgba, PixelType.UnsignedByte, to);
        _gl.Check();
    }

    /// <summary>Shows the picture in a window of the given size, its aspect kept, the rest black.</summary>
    public void BlitToWindow(int width, int height)
    {
        (int x, int y, int w, int h) = Placement.Within((width, height), (Width, Height));
        _gl.BindFramebuffer(FramebufferTarget.ReadFramebuffer, _framebuffer);
        _gl.BindFramebuffer(FramebufferTarget.DrawFramebuffer, 0);
        _gl.ClearColor(0, 0, 0, 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
        // A window's first row is its bottom: the vertical turn happens here and nowhere else.
        _gl.BlitFramebuffer(0, 0, Width, Height, x, y + h, x + w, y, ClearBufferMask.ColorBufferBit, BlitFramebufferFilter.Linear);
        _gl.Check();
    }

    public void Dispose()
    {
        _gl.DeleteFramebuffer(_framebuffer);
        foreach (uint t in _textures) _gl.DeleteTexture(t);
    }
}
