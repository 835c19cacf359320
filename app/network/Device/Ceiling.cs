using System.Diagnostics;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>
/// What a device multiplies and adds in compute shaders that read nothing: what a network's rate is to be compared with (the roofline of
/// Williams, Waterman and Patterson 2009, its flat part).
/// </summary>
public sealed class Ceiling : IDisposable
{
    /// <summary>Steps written out in the shader, and floating-point operations of each: three sums of four lanes.</summary>
    private const int Steps = 32, PerStep = 3 * 4 * 2;

    private const int Rounds = 1000;

    /// <summary>Enough to keep a card or a CPU busy for some milliseconds.</summary>
    private const int HardwareInvocations = 1 << 16, SoftwareInvocations = 1 << 9;

    private readonly GL _gl;
    private readonly GlBuffer _buffer;
    private readonly ComputeProgram _program;
    private readonly int _groupSize, _invocations;

    public Ceiling(GL gl)
    {
        GlNetwork.Check(gl);
        Driver driver = Driver.Of(gl);
        (_gl, _groupSize, _invocations) = (gl, driver.GroupSize, driver.IsSoftware ? SoftwareInvocations : HardwareInvocations);
        string head = $"#version 430\nlayout(local_size_x = {_groupSize}) in;\n#define PARAMETERS 16\n"
            + "#define rounds p[0]\n#define outW p[1]\n#define out0 p[2]\n";
        string text = string.Concat(((string[])["invocation", "tensor", "ceiling"]).Select(n => KernelFiles.Network($"{n}.glsl")));
        _program = new ComputeProgram(gl, "network/ceiling.glsl", head + text);
        _buffer = new GlBuffer(gl, _invocations, half: false);
    }

    /// <summary>Floating-point operations per second, in 1e9, of one run.</summary>
    public double Measure()
    {
        _buffer.BindImage();
        _gl.Finish();
        long began = Stopwatch.GetTimestamp();
        _program.Dispatch([Rounds, _invocations, 0], [], _invocations / _groupSize);
        _gl.Finish();
        return (double)Rounds * Steps * PerStep * _invocations / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e9;
    }

    public void Dispose()
    {
        _program.Dispose();
        _buffer.Dispose();
    }
}
