using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A fragment shader linked with the vertex shader that covers the target with one triangle.</summary>
public sealed class ShaderProgram : IDisposable
{
    private const string VertexFile = "passes/fullscreen.vert";
    private readonly GL _gl;
    private readonly string _fragmentFile;
    private readonly Dictionary<string, int> _locations = new(StringComparer.Ordinal);
    private uint _program;

    /// <param name="gl">The context.</param>
    /// <param name="fragmentFile">Name within the shaders folder.</param>
    /// <exception cref="UserError">A file is missing or does not compile; the message contains the driver's.</exception>
    public ShaderProgram(GL gl, string fragmentFile)
    {
        (_gl, _fragmentFile) = (gl, fragmentFile);
        _program = Link();
    }

    /// <summary>Compiles the files again.</summary>
    /// <exception cref="UserError">They do not compile; the old program stays.</exception>
    public void Reload()
    {
        uint fresh = Link();
        _gl.DeleteProgram(_program);
        _program = fresh;
        _locations.Clear();
    }

    public void Use() => _gl.UseProgram(_program);

    /// <exception cref="InvalidOperationException">The shader has no such uniform.</exception>
    public void Set(string uniform, float value) => _gl.Uniform1(Location(uniform), value);

    /// <exception cref="InvalidOperationException">The shader has no such uniform.</exception>
    public void Set(string uniform, float x, float y) => _gl.Uniform2(Location(uniform), x, y);

    /// <summary>Sets a value that only some shaders of a family use.</summary>
    public void SetIfUsed(string uniform, float value)
    {
        if (Find(uniform) is >= 0 and int location) _gl.Uniform1(location, value);
    }

    /// <summary>Binds a texture to a unit and the sampler to it. Does nothing if this shader does not use the sampler.</summary>
    public void Sample(string uniform, uint texture, int unit)
    {
        int location = Find(uniform);
        if (location < 0) return;
        _gl.ActiveTexture(TextureUnit.Texture0 + unit);
        _gl.BindTexture(TextureTarget.Texture2D, texture);
        _gl.Uniform1(location, unit);
    }

    public void Dispose() => _gl.DeleteProgram(_program);

    private int Location(string uniform)
        => Find(uniform) is >= 0 and int location
            ? location
            : throw new InvalidOperationException($"no uniform {uniform} in {_fragmentFile}");

    private int Find(string uniform)
        => _locations.TryGetValue(uniform, out int known) ? known : _locations[uniform] = _gl.GetUniformLocation(_program, uniform);

    private uint Link()
    {
        uint vertex = Compile(ShaderType.VertexShader, VertexFile), fragment = Compile(ShaderType.FragmentShader, _fragmentFile);
        uint program = _gl.CreateProgram();
        _gl.AttachShader(program, vertex);
        _gl.AttachShader(program, fragment);
        _gl.LinkProgram(program);
        _gl.DeleteShader(vertex);
        _gl.DeleteShader(fragment);
        _gl.GetProgram(program, ProgramPropertyARB.LinkStatus, out int linked);
        if (linked == 0)
        {
            string log = OneLine(_gl.GetProgramInfoLog(program));
            _gl.DeleteProgram(program);
            throw new UserError($"shaders {VertexFile} and {_fragmentFile} do not link: {log}");
        }

        _gl.Check();
        return program;
    }

    private uint Compile(ShaderType type, string file)
    {
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, ShaderSource.Read(file));
        _gl.CompileShader(shader);
        _gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        if (compiled != 0) return shader;
        string log = OneLine(_gl.GetShaderInfoLog(shader));
        _gl.DeleteShader(shader);
        throw new UserError($"shader {file} does not compile: {log}");
    }

    private static string OneLine(string log) => log.Trim().ReplaceLineEndings("; ");
}
