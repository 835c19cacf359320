using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A vertex and a fragment shader from the shaders folder, linked.</summary>
public sealed class ShaderProgram : IDisposable
{
    private readonly GL _gl;
    private readonly uint _program;
    private readonly Dictionary<string, int> _locations = new(StringComparer.Ordinal);

    /// <exception cref="UserError">A file is missing or does not compile; the message holds the driver's.</exception>
    public ShaderProgram(GL gl, string vertexFile, string fragmentFile)
    {
        _gl = gl;
        uint vertex = Compile(ShaderType.VertexShader, vertexFile), fragment = Compile(ShaderType.FragmentShader, fragmentFile);
        _program = gl.CreateProgram();
        gl.AttachShader(_program, vertex);
        gl.AttachShader(_program, fragment);
        gl.LinkProgram(_program);
        gl.DeleteShader(vertex);
        gl.DeleteShader(fragment);
        gl.GetProgram(_program, ProgramPropertyARB.LinkStatus, out int linked);
        if (linked == 0) throw new UserError($"shaders {vertexFile} and {fragmentFile} do not link: {OneLine(gl.GetProgramInfoLog(_program))}");
        gl.Check();
    }

    public void Use() => _gl.UseProgram(_program);

    /// <summary>Binds a sampler to a texture unit. The program must be in use.</summary>
    public void Set(string uniform, int value) => _gl.Uniform1(Location(uniform), value);

    public void Set(string uniform, float value) => _gl.Uniform1(Location(uniform), value);

    public void Dispose() => _gl.DeleteProgram(_program);

    private int Location(string uniform)
    {
        if (_locations.TryGetValue(uniform, out int known)) return known;
        int location = _gl.GetUniformLocation(_program, uniform);
        if (location < 0) throw new InvalidOperationException($"no uniform {uniform} in the shader");
        return _locations[uniform] = location;
    }

    private uint Compile(ShaderType type, string file)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "shaders", file);
        if (!File.Exists(path)) throw new UserError($"no shader {path}: build again with ./run.sh");
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, File.ReadAllText(path));
        _gl.CompileShader(shader);
        _gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        return compiled != 0 ? shader : throw new UserError($"shader {file} does not compile: {OneLine(_gl.GetShaderInfoLog(shader))}");
    }

    private static string OneLine(string log) => log.Trim().ReplaceLineEndings("; ");
}
