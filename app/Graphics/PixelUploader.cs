using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// A texture that is filled once per frame through two pixel buffers in turn: the copy into one does not wait for the GPU to finish
/// reading the other.
/// </summary>
public sealed class PixelUploader : IDisposable
{
    private const int Buffers = 2;
    private const uint WriteWhole = (uint)(MapBufferAccessMask.WriteBit | MapBufferAccessMask.InvalidateBufferBit);
    private readonly GL _gl;
    private readonly InternalFormat _stored;
    private readonly PixelFormat _given;
    private readonly int _bytesPerPixel;
    private readonly uint[] _buffers = new uint[Buffers];
    private readonly int _longest;
    private int _next;
    private bool _linear;

    /// <param name="gl">The context.</param>
    /// <param name="stored">Format on the GPU.</param>
    /// <param name="given">Format in memory, 8 bits per channel.</param>
    /// <param name="bytesPerPixel">In memory.</param>
    /// <param name="linear">Interpolate between pixels; integer formats cannot.</param>
    public PixelUploader(GL gl, InternalFormat stored, PixelFormat given, int bytesPerPixel, bool linear)
    {
        _gl = gl;
        _stored = stored;
        _given = given;
        _bytesPerPixel = bytesPerPixel;
        for (int i = 0; i < Buffers; i++) _buffers[i] = gl.GenBuffer();
        Texture = gl.NewTexture(_linear = linear);
        _longest = gl.GetInteger(GetPName.MaxTextureSize);
        gl.Check();
    }

    public uint Texture { get; }

    /// <summary>Of the last upload, in pixels.</summary>
    public int Width { get; private set; }

    public int Height { get; private set; }

    /// <summary>Copies width × height pixels, rows without gaps, into the texture.</summary>
    /// <exception cref="UserError">OpenGL takes no image of this size on this machine.</exception>
    public void Upload(nint pixels, int width, int height)
    {
        if (Math.Max(width, height) > _longest)
            throw new UserError($"an image of {width}×{height} pixels is too large: OpenGL draws up to {_longest} here; scale it down");
        _gl.BindBuffer(BufferTargetARB.PixelUnpackBuffer, _buffers[_next]);
        _next = (_next + 1) % Buffers;
        FillBuffer(pixels, (nuint)(width * height * _bytesPerPixel));
        FillTexture(width, height);
        _gl.BindBuffer(BufferTargetARB.PixelUnpackBuffer, 0);
        _gl.Check();
    }

    /// <summary>Interpolates between pixels from now on, or does not, which costs a CPU that draws a quarter as much.</summary>
    public void Filter(bool linear)
    {
        if (linear == _linear) return;
        _linear = linear;
        _gl.BindTexture(TextureTarget.Texture2D, Texture);
        _gl.SetFilter(linear);
    }

    public void Dispose()
    {
        _gl.DeleteTexture(Texture);
        foreach (uint b in _buffers) _gl.DeleteBuffer(b);
    }

    /// <summary>Memory to the bound pixel buffer, whose old content may still be on its way to the texture.</summary>
    private unsafe void FillBuffer(nint pixels, nuint bytes)
    {
        _gl.BufferData(BufferTargetARB.PixelUnpackBuffer, bytes, null, BufferUsageARB.StreamDraw);
        void* mapped = _gl.MapBufferRange(BufferTargetARB.PixelUnpackBuffer, 0, bytes, WriteWhole);
        if (mapped == null)
        {
            _gl.Check();
            throw new InvalidOperationException("glMapBufferRange returned null");
        }

        System.Buffer.MemoryCopy((void*)pixels, mapped, bytes, bytes);
        if (!_gl.UnmapBuffer(BufferTargetARB.PixelUnpackBuffer)) throw new InvalidOperationException("glUnmapBuffer: the buffer was lost");
    }

    /// <summary>The bound pixel buffer to the texture.</summary>
    private unsafe void FillTexture(int width, int height)
    {
        const TextureTarget Target = TextureTarget.Texture2D;
        _gl.BindTexture(Target, Texture);
        _gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        if (width == Width && height == Height)
        {
            _gl.TexSubImage2D(Target, 0, 0, 0, (uint)width, (uint)height, _given, PixelType.UnsignedByte, null);
            return;
        }

        _gl.TexImage2D(Target, 0, _stored, (uint)width, (uint)height, 0, _given, PixelType.UnsignedByte, null);
        (Width, Height) = (width, height);
    }
}
