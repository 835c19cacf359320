using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>
/// A texture that is filled once per frame, from memory at once: a pixel buffer between the two gains nothing where every stage waits for
/// its own end, and costs a copy and, with a driver in software, an allocation per frame.
/// </summary>
public sealed class PixelUploader : IDisposable
{
    private readonly GL _gl;
    private readonly InternalFormat _stored;
    private readonly PixelFormat _given;
    private readonly int _longest;
    private bool _linear;

    /// <param name="gl">The context.</param>
    /// <param name="stored">Format on the GPU.</param>
    /// <param name="given">Format in memory, 8 bits per channel.</param>
    /// <param name="linear">Interpolate between pixels; integer formats cannot.</param>
    public PixelUploader(GL gl, InternalFormat stored, PixelFormat given, bool linear)
    {
        (_gl, _stored, _given) = (gl, stored, given);
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
    public unsafe void Upload(nint pixels, int width, int height)
    {
        if (Math.Max(width, height) > _longest)
            throw new UserError($"an image of {width}×{height} pixels is too large: OpenGL draws up to {_longest} here; scale it down");
        const TextureTarget Target = TextureTarget.Texture2D;
        const PixelType Bytes = PixelType.UnsignedByte;
        void* data = (void*)pixels;
        _gl.BindTexture(Target, Texture);
        _gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        if (width == Width && height == Height)
            _gl.TexSubImage2D(Target, 0, 0, 0, (uint)width, (uint)height, _given, Bytes, data);
        else
            _gl.TexImage2D(Target, 0, _stored, (uint)width, (uint)height, 0, _given, Bytes, data);
        (Width, Height) = (width, height);
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

    public void Dispose() => _gl.DeleteTexture(Texture);
}
