using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>The textures on both ends of a network: a frame, and the class of each of its pixels with its probability.</summary>
internal sealed unsafe class GlImages : IDisposable
{
    private const TextureTarget Target = TextureTarget.Texture2D;
    private readonly GL _gl;
    private readonly uint _labels, _confidence;

    public GlImages(GL gl, Size size)
    {
        (_gl, Size) = (gl, size);
        Frame = New(SizedInternalFormat.Rgb8);
        _labels = New(SizedInternalFormat.R8ui);
        _confidence = New(SizedInternalFormat.R8);
        Check();
    }

    public Size Size { get; }

    /// <summary>Texture of the frame.</summary>
    public uint Frame { get; }

    /// <summary>Brings a frame to the GPU: 8-bit BGR, rows without gaps.</summary>
    public void Put(Mat frame)
    {
        _gl.BindTexture(Target, Frame);
        _gl.PixelStore(PixelStoreParameter.UnpackAlignment, 1);
        const PixelType Bytes = PixelType.UnsignedByte;
        _gl.TexSubImage2D(Target, 0, 0, 0, (uint)Size.Width, (uint)Size.Height, PixelFormat.Bgr, Bytes, (void*)frame.Data);
    }

    /// <summary>Lets a network's last step write here.</summary>
    public void Bind()
    {
        _gl.BindImageTexture(0, _labels, 0, false, 0, BufferAccessARB.WriteOnly, InternalFormat.R8ui);
        _gl.BindImageTexture(1, _confidence, 0, false, 0, BufferAccessARB.WriteOnly, InternalFormat.R8);
    }

    /// <summary>Brings the results back: 8-bit, rows without gaps. Waits for them.</summary>
    public void Take(Mat labels, Mat confidence)
    {
        _gl.MemoryBarrier(MemoryBarrierMask.TextureUpdateBarrierBit);
        Take(_labels, PixelFormat.RedInteger, labels);
        Take(_confidence, PixelFormat.Red, confidence);
        Check();
    }

    public void Dispose()
    {
        _gl.DeleteTexture(Frame);
        _gl.DeleteTexture(_labels);
        _gl.DeleteTexture(_confidence);
    }

    private void Take(uint texture, PixelFormat format, Mat image)
    {
        _gl.BindTexture(Target, texture);
        _gl.PixelStore(PixelStoreParameter.PackAlignment, 1);
        _gl.GetTexImage(Target, 0, format, PixelType.UnsignedByte, (void*)image.Data);
    }

    private uint New(SizedInternalFormat format)
    {
        uint texture = _gl.GenTexture();
        _gl.BindTexture(Target, texture);
        _gl.TexStorage2D(Target, 1, format, (uint)Size.Width, (uint)Size.Height);
        _gl.TexParameter(Target, TextureParameterName.TextureMinFilter, (int)GLEnum.Nearest);
        _gl.TexParameter(Target, TextureParameterName.TextureMagFilter, (int)GLEnum.Nearest);
        return texture;
    }

    private void Check()
    {
        if (_gl.GetError() is not GLEnum.NoError and GLEnum error)
            throw new UserError($"provider gl: the driver reports {error} for a frame of {Size.Width}×{Size.Height}: use --provider cpu");
    }
}
