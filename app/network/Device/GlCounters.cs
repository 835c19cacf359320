using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>Numbers that shaders count up, in a buffer of their own.</summary>
internal sealed unsafe class GlCounters : IDisposable
{
    /// <summary>Where shaders find it.</summary>
    private const uint Binding = 2;

    private readonly GL _gl;
    private readonly uint _buffer;
    private readonly uint[] _counts;

    public GlCounters(GL gl, int length)
    {
        (_gl, _counts) = (gl, new uint[length]);
        _buffer = gl.GenBuffer();
        gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, _buffer);
        gl.BufferData(BufferTargetARB.ShaderStorageBuffer, (nuint)(length * sizeof(uint)), null, BufferUsageARB.DynamicRead);
        Clear();
    }

    public void Bind() => _gl.BindBufferBase(BufferTargetARB.ShaderStorageBuffer, Binding, _buffer);

    /// <summary>Reads what was counted and starts over. Waits for the shaders.</summary>
    public ReadOnlySpan<uint> Take()
    {
        _gl.MemoryBarrier(MemoryBarrierMask.BufferUpdateBarrierBit);
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, _buffer);
        fixed (uint* to = _counts) _gl.GetBufferSubData(BufferTargetARB.ShaderStorageBuffer, 0, Bytes, to);
        Clear();
        return _counts;
    }

    public void Dispose() => _gl.DeleteBuffer(_buffer);

    private nuint Bytes => (nuint)(_counts.Length * sizeof(uint));

    private void Clear()
    {
        uint zero = 0;
        _gl.BindBuffer(BufferTargetARB.ShaderStorageBuffer, _buffer);
        _gl.ClearBufferData(GLEnum.ShaderStorageBuffer, GLEnum.R32ui, GLEnum.RedInteger, GLEnum.UnsignedInt, &zero);
    }
}
