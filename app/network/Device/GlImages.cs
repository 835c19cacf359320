using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>The textures on both ends of a network: a frame, and the class of each of its pixels with its probability.</summary>
internal sealed class GlImages(GL gl, Size size) : IDisposable
{
    private readonly GlTexture _frame = new(gl, size, SizedInternalFormat.Rgb8);
    private readonly GlTexture _labels = new(gl, size, SizedInternalFormat.R8ui), _confidence = new(gl, size, SizedInternalFormat.R8);

    public Size Size => size;

    /// <summary>Texture of the frame.</summary>
    public uint Frame => _frame.Id;

    /// <summary>Brings a frame to the GPU: 8-bit BGR, rows without gaps.</summary>
    public void Put(Mat frame) => _frame.Write(PixelFormat.Bgr, frame.Data);

    /// <summary>Lets a network's last step write here.</summary>
    public void Bind()
    {
        _labels.BindImage(0, BufferAccessARB.WriteOnly);
        _confidence.BindImage(1, BufferAccessARB.WriteOnly);
    }

    /// <summary>Brings the results back: 8-bit, rows without gaps. Waits for them.</summary>
    public void Take(Mat labels, Mat confidence)
    {
        gl.MemoryBarrier(MemoryBarrierMask.TextureUpdateBarrierBit);
        _labels.Read(PixelFormat.RedInteger, labels.Data);
        _confidence.Read(PixelFormat.Red, confidence.Data);
        if (gl.GetError() is not GLEnum.NoError and GLEnum error)
            throw gl.Refusal(
                $"provider gl: the driver reports {error} for a frame of {size.Width}×{size.Height}: use --provider cpu", error);
    }

    public void Dispose()
    {
        _frame.Dispose();
        _labels.Dispose();
        _confidence.Dispose();
    }
}
