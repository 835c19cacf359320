using OpenCvSharp;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>A shader of <c>shaders/passes</c> that computes each pixel of an image.</summary>
internal sealed class FramePass(GL gl, string name, int groupSize) : IDisposable
{
    private readonly ComputeProgram _program = new(gl, $"passes/{name}.comp", KernelFiles.Pass(name, groupSize));
    private readonly int[] _numbers = new int[8];

    /// <summary>Begins it, when all that was begun before has written its textures.</summary>
    /// <param name="size">Of the image.</param>
    /// <param name="numbers">What the shader names p.</param>
    public void Run(Size size, params ReadOnlySpan<int> numbers)
    {
        numbers.CopyTo(_numbers);
        _program.Dispatch(_numbers, [], ((size.Width * size.Height) + groupSize - 1) / groupSize);
        gl.MemoryBarrier(MemoryBarrierMask.TextureFetchBarrierBit | MemoryBarrierMask.ShaderImageAccessBarrierBit
            | MemoryBarrierMask.ShaderStorageBarrierBit);
    }

    public void Dispose() => _program.Dispose();
}
