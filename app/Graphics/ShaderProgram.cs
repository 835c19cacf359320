using RealtimeSeg.Network.Device;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A fragment shader linked with a vertex shader: one triangle that covers the target, unless told otherwise.</summary>
public sealed class ShaderProgram : IDisposable
{
    /// <summary>The vertex shader of one triangle that covers the target.</summary>
    public const string WholeTarget = "passes/fullscreen.vert";

    private readonly GL _gl;
    private readonly string _vertexFile, _fragmentFile;
    private readonly string? _definition;
    private readonly IReadOnlyList<string> _required;
    private readonly Dictionary<string, int> _locations = new(StringComparer.Ordinal);
    private uint _program;

    /// <summary>The program before one that was reloaded and has not drawn yet; 0 if there is none.</summary>
    private uint _proven;

    private bool _used;

    /// <param name="gl">The context.</param>
    /// <param name="fragmentFile">Name within the shaders folder.</param>
    /// <param name="required">Uniforms that it must use.</param>
    /// <param name="vertexFile">Name within the shaders folder.</param>
    /// <param name="definition">For the fragment shader's preprocessor: a name and its text.</param>
    /// <exception cref="UserError">A file is missing or does not compile; the message contains the driver's.</exception>
    public ShaderProgram(
        GL gl, string fragmentFile, IReadOnlyList<string>? required = null, string vertexFile = WholeTarget,
        string? definition = null)
    {
        (_gl, _fragmentFile, _vertexFile, _definition, _required) = (gl, fragmentFile, vertexFile, definition, required ?? []);
        _program = Link();
    }

    /// <summary>Compiles the files again. The old program is kept until the new one has drawn.</summary>
    /// <exception cref="UserError">They do not compile; the old program stays.</exception>
    public void Reload()
    {
        uint fresh = Link();
        if (_proven == 0) _proven = _program;
        else _gl.DeleteProgram(_program);
        Become(fresh);
    }

    /// <summary>After drawing: a program that was reloaded and used is good.</summary>
    public void Accept()
    {
        if (_proven == 0 || !_used) return;
        _gl.DeleteProgram(_proven);
        _proven = 0;
    }

    /// <summary>Drawing failed: goes back to the program before a reloaded one that was used; false if there is none.</summary>
    public bool Revert()
    {
        if (_proven == 0 || !_used) return false;
        _gl.DeleteProgram(_program);
        Become(_proven);
        _proven = 0;
        return true;
    }

    public void Use()
    {
        _used = true;
        _gl.UseProgram(_program);
    }

    /// <exception cref="InvalidOperationException">The shader has no such uniform.</exception>
    public void Set(string uniform, float value) => _gl.Uniform1(Location(uniform), value);

    /// <exception cref="InvalidOperationException">The shader has no such uniform.</exception>
    public void Set(string uniform, (float X, float Y) value) => _gl.Uniform2(Location(uniform), value.X, value.Y);

    /// <exception cref="InvalidOperationException">The shader has no such uniform.</exception>
    public void Set(string uniform, (float X, float Y, float Z, float W) value)
        => _gl.Uniform4(Location(uniform), value.X, value.Y, value.Z, value.W);

    /// <summary>Whether the shader reads a uniform.</summary>
    public bool Uses(string uniform) => Find(uniform) >= 0;

    /// <summary>Sets a value that only some shaders of a family use.</summary>
    public void SetIfUsed(string uniform, float value)
    {
        if (Uses(uniform)) Set(uniform, value);
    }

    /// <inheritdoc cref="SetIfUsed(string, float)"/>
    public void SetIfUsed(string uniform, (float X, float Y, float Z, float W) value)
    {
        if (Uses(uniform)) Set(uniform, value);
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

    public void Dispose()
    {
        _gl.DeleteProgram(_program);
        if (_proven != 0) _gl.DeleteProgram(_proven);
    }

    private void Become(uint program)
    {
        (_program, _used) = (program, false);
        _locations.Clear();
    }

    private int Location(string uniform)
        => Find(uniform) is >= 0 and int location
            ? location
            : throw new InvalidOperationException($"no uniform {uniform} in {_fragmentFile}");

    private int Find(string uniform)
        => _locations.TryGetValue(uniform, out int known) ? known : _locations[uniform] = _gl.GetUniformLocation(_program, uniform);

    private uint Link()
    {
        uint vertex = Compile(ShaderType.VertexShader, _vertexFile, null);
        uint fragment = Compile(ShaderType.FragmentShader, _fragmentFile, _definition);
        uint program = _gl.CreateProgram();
        _gl.AttachShader(program, vertex);
        _gl.AttachShader(program, fragment);
        _gl.LinkProgram(program);
        _gl.DeleteShader(vertex);
        _gl.DeleteShader(fragment);
        _gl.GetProgram(program, ProgramPropertyARB.LinkStatus, out int linked);
        if (linked == 0)
        {
            string log = RefusedShader.Reason(_gl.GetProgramInfoLog(program));
            _gl.DeleteProgram(program);
            throw _gl.Refusal($"shaders {_vertexFile} and {_fragmentFile} do not link: {log}");
        }

        string? missing = _required.FirstOrDefault(name => _gl.GetUniformLocation(program, name) < 0);
        if (missing is not null)
        {
            _gl.DeleteProgram(program);
            throw _gl.Refusal($"shader {_fragmentFile} does not use {missing}: use it, or take it out of its row in Views.cs");
        }

        _gl.Check();
        return program;
    }

    private uint Compile(ShaderType type, string file, string? definition)
    {
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, ShaderSource.Read(file, definition));
        _gl.CompileShader(shader);
        _gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        if (compiled != 0) return shader;
        string log = RefusedShader.Reason(_gl.GetShaderInfoLog(shader));
        _gl.DeleteShader(shader);
        throw _gl.Refusal($"shader {file} does not compile: {log}");
    }
}
