using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// Brings labels to memory by way of a pixel buffer: the copy is queued behind what makes them, and whoever waits for the frame anyway
/// fetches it then without another wait.
/// </summary>
internal sealed unsafe class GlReadback : IDisposable
{
    private const BufferTargetARB Target = BufferTargetARB.PixelPackBuffer;
    private readonly GL _gl;
    private readonly uint _buffer;
    private Size _size, _queued;

    public GlReadback(GL gl) => (_gl, _buffer) = (gl, gl.GenBuffer());

    /// <summary>Queues the copy of an 8-bit integer texture.</summary>
    public void Begin(GlTexture labels)
    {
        _gl.BindBuffer(Target, _buffer);
        if (_size != labels.Size)
        {
            _size = labels.Size;
            _gl.BufferData(Target, Bytes, null, BufferUsageARB.StreamRead);
        }

        _gl.MemoryBarrier(MemoryBarrierMask.TextureUpdateBarrierBit);
        labels.Read(PixelFormat.RedInteger, 0);
        _gl.BindBuffer(Target, 0);
        _queued = _size;
    }

    /// <summary>Fetches what was queued into an 8-bit image; false if nothing was.</summary>
    public bool End(Mat labels)
    {
        if (_queued == default) return false;
        labels.Create(_queued, MatType.CV_8UC1);
        _gl.BindBuffer(Target, _buffer);
        _gl.GetBufferSubData(Target, 0, Bytes, (void*)labels.Data);
        _gl.BindBuffer(Target, 0);
        _queued = default;
        return true;
    }

    public void Dispose() => _gl.DeleteBuffer(_buffer);

    private nuint Bytes => (nuint)(_size.Width * _size.Height);
}
