using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>An offscreen RGBA picture that all drawing goes to. Its first row is the picture's top.</summary>
public sealed class RenderTarget : IDisposable
{
    private readonly GL _gl;
    private readonly uint _framebuffer, _texture;

    public unsafe RenderTarget(GL gl, int width, int height)
    {
        (_gl, Width, Height) = (gl, width, height);
        _texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, _texture);
        gl.TexImage2D(TextureTarget.Texture2D, 0, InternalFormat.Rgba8, (uint)width, (uint)height, 0, PixelFormat.Rgba, PixelType.UnsignedByte, null);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, (int)GLEnum.Linear);
        _framebuffer = gl.GenFramebuffer();
        gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);
        gl.FramebufferTexture2D(FramebufferTarget.Framebuffer, FramebufferAttachment.ColorAttachment0, TextureTarget.Texture2D, _texture, 0);
        GLEnum status = gl.CheckFramebufferStatus(FramebufferTarget.Framebuffer);
        if (status != GLEnum.FramebufferComplete) throw new InvalidOperationException($"glCheckFramebufferStatus: {status} for {width}×{height}");
        gl.Check();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Directs drawing here.</summary>
    public void Bind() => _gl.BindFramebuffer(FramebufferTarget.Framebuffer, _framebuffer);

    /// <summary>Copies the pixels, RGBA, top row first, into <paramref name="pixels"/> of width × height × 4 bytes.</summary>
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
        double scale = Math.Min(width / (double)Width, height / (double)Height);
        int w = (int)Math.Round(Width * scale), h = (int)Math.Round(Height * scale), x = (width - w) / 2, y = (height - h) / 2;
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
        _gl.DeleteTexture(_texture);
    }
}
