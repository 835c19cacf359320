using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>When the GPU passes some moments: commands are queued long before it reaches them.</summary>
public sealed class GpuTimer : IDisposable
{
    private readonly GL _gl;
    private readonly uint[] _queries;

    public GpuTimer(GL gl, int moments)
    {
        (_gl, _queries) = (gl, new uint[moments]);
        gl.GenQueries(_queries);
    }

    /// <summary>Now on the GPU's clock, in nanoseconds.</summary>
    public long Now => _gl.GetInteger64(GLEnum.Timestamp);

    /// <summary>Notes when all commands before this call have ended.</summary>
    public void Mark(int moment) => _gl.QueryCounter(_queries[moment], QueryCounterTarget.Timestamp);

    /// <summary>When it was, on the GPU's clock, in nanoseconds. Waits for it.</summary>
    public long At(int moment)
    {
        _gl.GetQueryObject(_queries[moment], QueryObjectParameterName.Result, out ulong nanoseconds);
        return (long)nanoseconds;
    }

    public void Dispose() => _gl.DeleteQueries(_queries);
}
