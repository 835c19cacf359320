using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>A texture that shaders read and write, zero at first.</summary>
internal sealed unsafe class GlTexture : IDisposable
{
    private const TextureTarget Target = TextureTarget.Texture2D;
    private readonly GL _gl;
    private readonly SizedInternalFormat _format;

    /// <param name="gl">The context.</param>
    /// <param name="size">In pixels.</param>
    /// <param name="format">Of a pixel.</param>
    /// <param name="linear">Interpolate where it is sampled between pixels; integer formats cannot.</param>
    /// <exception cref="UserError">The driver takes no such texture.</exception>
    public GlTexture(GL gl, Size size, SizedInternalFormat format, bool linear = false)
    {
        (_gl, Size, _format) = (gl, size, format);
        Id = gl.GenTexture();
        gl.BindTexture(Target, Id);
        gl.TexStorage2D(Target, 1, format, (uint)size.Width, (uint)size.Height);
        int filter = (int)(linear ? GLEnum.Linear : GLEnum.Nearest), clamp = (int)GLEnum.ClampToEdge;
        gl.TexParameter(Target, TextureParameterName.TextureMinFilter, filter);
        gl.TexParameter(Target, TextureParameterName.TextureMagFilter, filter);
        gl.TexParameter(Target, TextureParameterName.TextureWrapS, clamp);
        gl.TexParameter(Target, TextureParameterName.TextureWrapT, clamp);
        if (gl.GetError() is not GLEnum.NoError and GLEnum error)
        {
            gl.DeleteTexture(Id);
            throw gl.Refusal(
                $"provider gl: the driver reports {error} for a frame of {size.Width}×{size.Height}: use --provider cpu", error);
        }
    }

    public uint Id { get; }

    public Size Size { get; }

    /// <summary>Lets shaders read or write it as an image.</summary>
    public void BindImage(uint unit, BufferAccessARB access)
        => _gl.BindImageTexture(unit, Id, 0, false, 0, access, (InternalFormat)_format);

    /// <summary>Lets shaders sample it.</summary>
    public void Bind(int unit) => Bind(_gl, unit, Id);

    /// <summary>Lets shaders sample any texture.</summary>
    public static void Bind(GL gl, int unit, uint texture)
    {
        gl.ActiveTexture(TextureUnit.Texture0 + unit);
        gl.BindTexture(Target, texture);
    }

    /// <summary>Fills it from memory, rows without gaps.</summary>
    public void Write(PixelFormat format, nint pixels)
    {
        _gl.BindTexture(Target, Id);
        _gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        _gl.TexSubImage2D(Target, 0, 0, 0, (uint)Size.Width, (uint)Size.Height, format, PixelType.UnsignedByte, (void*)pixels);
    }

    /// <summary>Brings it to memory, rows without gaps, or into the buffer bound for packing, where the place is an offset.</summary>
    public void Read(PixelFormat format, nint pixels)
    {
        _gl.BindTexture(Target, Id);
        _gl.PixelStore(PixelStoreParameter.PackAlignment, 1);
        _gl.GetTexImage(Target, 0, format, PixelType.UnsignedByte, (void*)pixels);
    }

    public void Dispose() => _gl.DeleteTexture(Id);
}
