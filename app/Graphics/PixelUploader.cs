using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// A texture that is filled anew each frame, through two pixel buffers in turn: the copy into one does not wait for the GPU to
/// finish reading the other.
/// </summary>
public sealed class PixelUploader : IDisposable
{
    private const int Buffers = 2;
    private readonly GL _gl;
    private readonly InternalFormat _internal;
    private readonly PixelFormat _format;
    private readonly int _bytesPerPixel;
    private readonly uint[] _buffers = new uint[Buffers];
    private int _next;

    /// <param name="gl">The context.</param>
    /// <param name="stored">Format on the GPU.</param>
    /// <param name="given">Format in memory, 8 bits a channel.</param>
    /// <param name="bytesPerPixel">In memory.</param>
    /// <param name="linear">Filter between pixels; integer formats cannot.</param>
    public PixelUploader(GL gl, InternalFormat stored, PixelFormat given, int bytesPerPixel, bool linear)
    {
        (_gl, _internal, _format, _bytesPerPixel) = (gl, stored, given, bytesPerPixel);
        for (int i = 0; i < Buffers; i++) _buffers[i] = gl.GenBuffer();
        Texture = gl.GenTexture();
        gl.BindTexture(TextureTarget.Texture2D, Texture);
        int filter = (int)(linear ? GLEnum.Linear : GLEnum.Nearest), clamp = (int)GLEnum.ClampToEdge;
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMinFilter, filter);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureMagFilter, filter);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapS, clamp);
        gl.TexParameter(TextureTarget.Texture2D, TextureParameterName.TextureWrapT, clamp);
        gl.Check();
    }

    public uint Texture { get; }

    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Copies width × height pixels, rows without gaps, into the texture.</summary>
    public unsafe void Upload(nint pixels, int width, int height)
    {
        nuint bytes = (nuint)(width * height * _bytesPerPixel);
        _gl.BindTexture(TextureTarget.Texture2D, Texture);
        _gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        _gl.BindBuffer(BufferTargetARB.PixelUnpackBuffer, _buffers[_next]);
        _next = (_next + 1) % Buffers;
        _gl.BufferData(BufferTargetARB.PixelUnpackBuffer, bytes, null, BufferUsageARB.StreamDraw);
        void* to = _gl.MapBufferRange(BufferTargetARB.PixelUnpackBuffer, 0, bytes, (uint)(MapBufferAccessMask.WriteBit | MapBufferAccessMask.InvalidateBufferBit));
        if (to == null)
        {
            _gl.Check();
            throw new InvalidOperationException("glMapBufferRange returned nothing");
        }

        System.Buffer.MemoryCopy((void*)pixels, to, bytes, bytes);
        if (!_gl.UnmapBuffer(BufferTargetARB.PixelUnpackBuffer)) throw new InvalidOperationException("glUnmapBuffer: the buffer was lost");
        if (width == Width && height == Height)
        {
            _gl.TexSubImage2D(TextureTarget.Texture2D, 0, 0, 0, (uint)width, (uint)height, _format, PixelType.UnsignedByte, null);
        }
        else
        {
            _gl.TexImage2D(TextureTarget.Texture2D, 0, _internal, (uint)width, (uint)height, 0, _format, PixelType.UnsignedByte, null);
            (Width, Height) = (width, height);
        }

        _gl.BindBuffer(BufferTargetARB.PixelUnpackBuffer, 0);
        _gl.Check();
    }

    public void Dispose()
    {
        _gl.DeleteTexture(Texture);
        foreach (uint b in _buffers) _gl.DeleteBuffer(b);
    }
}
