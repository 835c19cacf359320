using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>A compute shader, compiled and linked.</summary>
internal sealed unsafe class ComputeProgram : IDisposable
{
    /// <summary>Work groups along an axis that every driver takes.</summary>
    private const int MostGroups = 65535;

    private readonly GL _gl;
    private readonly uint _program;
    private readonly int _integers, _floats;

    /// <inheritdoc cref="ComputeProgram(GL, string, string, string)"/>
    public ComputeProgram(GL gl, string name, string source) : this(gl, name, source, RefusedShader.Folder) { }

    /// <param name="gl">The context.</param>
    /// <param name="name">For messages: a file within shaders/, or a kernel.</param>
    /// <param name="source">GLSL.</param>
    /// <param name="folder">Where a text that the driver refuses is kept; null for nowhere.</param>
    /// <exception cref="UserError">The driver refuses it; the message contains the driver's.</exception>
    public ComputeProgram(GL gl, string name, string source, string? folder)
    {
        _gl = gl;
        uint shader = gl.CreateShader(ShaderType.ComputeShader);
        gl.ShaderSource(shader, source);
        gl.CompileShader(shader);
        gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        string log = compiled != 0 ? "" : gl.GetShaderInfoLog(shader);
        _program = gl.CreateProgram();
        gl.AttachShader(_program, shader);
        gl.LinkProgram(_program);
        gl.DeleteShader(shader);
        gl.GetProgram(_program, ProgramPropertyARB.LinkStatus, out int linked);
        if (linked == 0)
        {
            if (log.Length == 0) log = gl.GetProgramInfoLog(_program);
            gl.DeleteProgram(_program);
            GLEnum error = gl.GetError();
            string why = error == GLEnum.ContextLost ? "" : RefusedShader.Describe(gl, name, source, log, folder);
            throw gl.Refusal($"provider gl: the driver refuses shader {name}: {why}: use --provider cpu", error);
        }

        gl.UseProgram(_program);
        Bind("maps", 0);
        Bind("weights", 1);
        Bind("operands", 3);
        Bind("frame", 2);
        Bind("before", 3);
        Bind("counted", 4);
        Bind("palette", 5);
        (_integers, _floats) = (gl.GetUniformLocation(_program, "p"), gl.GetUniformLocation(_program, "f"));
    }

    public void Dispatch(int[] integers, float[] floats, int groups)
    {
        _gl.UseProgram(_program);
        if (_integers >= 0 && integers.Length > 0) _gl.Uniform1(_integers, (uint)integers.Length, integers);
        if (_floats >= 0 && floats.Length > 0) _gl.Uniform1(_floats, (uint)floats.Length, floats);
        int wide = Math.Min(groups, MostGroups), high = (groups + wide - 1) / wide;
        _gl.DispatchCompute((uint)wide, (uint)high, 1);
    }

    public void Dispose() => _gl.DeleteProgram(_program);

    private void Bind(string sampler, int unit)
    {
        if (_gl.GetUniformLocation(_program, sampler) is >= 0 and int location) _gl.Uniform1(location, unit);
    }
}
