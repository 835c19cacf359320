using Silk.NET.OpenGL;

namespace RealtimeSeg.Graphics;

/// <summary>A vertex and a fragment shader from the shaders folder, linked.</summary>
public sealed class ShaderProgram : IDisposable
{
    private readonly GL _gl;
    private readonly string _vertexFile, _fragmentFile;
    private readonly Dictionary<string, int> _locations = new(StringComparer.Ordinal);
    private uint _program;

    /// <exception cref="UserError">A file is missing or does not compile; the message holds the driver's.</exception>
    public ShaderProgram(GL gl, string vertexFile, string fragmentFile)
    {
        (_gl, _vertexFile, _fragmentFile) = (gl, vertexFile, fragmentFile);
        _program = Link();
    }

    /// <summary>Where shaders lie.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "shaders");

    /// <summary>Compiles the files anew.</summary>
    /// <exception cref="UserError">They do not compile; the old program stays.</exception>
    public void Reload()
    {
        uint fresh = Link();
        _gl.DeleteProgram(_program);
        _program = fresh;
        _locations.Clear();
    }

    private uint Link()
    {
        uint vertex = Compile(ShaderType.VertexShader, _vertexFile), fragment = Compile(ShaderType.FragmentShader, _fragmentFile);
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
            throw new UserError($"shaders {_vertexFile} and {_fragmentFile} do not link: {log}");
        }

        _gl.Check();
        return program;
    }

    public void Use() => _gl.UseProgram(_program);

    public void Set(string uniform, float value) => _gl.Uniform1(Location(uniform), value);

    public void Set(string uniform, float x, float y) => _gl.Uniform2(Location(uniform), x, y);

    /// <summary>Binds a texture to a unit and the sampler to it. A sampler that this shader does not use is left out.</summary>
    public void Sample(string uniform, uint texture, int unit)
    {
        int location = Find(uniform);
        if (location < 0) return;
        _gl.ActiveTexture(TextureUnit.Texture0 + unit);
        _gl.BindTexture(TextureTarget.Texture2D, texture);
        _gl.Uniform1(location, unit);
    }

    /// <summary>Sets a value that only some shaders of a family use.</summary>
    public void SetIfUsed(string uniform, float value)
    {
        if (Find(uniform) is >= 0 and int location) _gl.Uniform1(location, value);
    }

    public void Dispose() => _gl.DeleteProgram(_program);

    private int Location(string uniform)
        => Find(uniform) is >= 0 and int location ? location : throw new InvalidOperationException($"no uniform {uniform} in the shader");

    private int Find(string uniform)
        => _locations.TryGetValue(uniform, out int known) ? known : _locations[uniform] = _gl.GetUniformLocation(_program, uniform);

    private uint Compile(ShaderType type, string file)
    {
        string path = Path.Combine(Folder, file);
        if (!File.Exists(path)) throw new UserError($"no shader {path}: build again with ./run.sh");
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, WithIncludes(path));
        _gl.CompileShader(shader);
        _gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        if (compiled != 0) return shader;
        string log = OneLine(_gl.GetShaderInfoLog(shader));
        _gl.DeleteShader(shader);
        throw new UserError($"shader {file} does not compile: {log}");
    }

    /// <summary>The file with each line <c>#include "NAME"</c> replaced by that file; GLSL itself has no such directive.</summary>
    private static string WithIncludes(string path) => string.Join('\n', File.ReadLines(path).Select(line =>
    {
        const string Directive = "#include \"";
        return line.StartsWith(Directive, StringComparison.Ordinal)
            ? File.ReadAllText(Path.Combine(Folder, line[Directive.Length..].TrimEnd().TrimEnd('"')))
            : line;
    }));

    private static string OneLine(string log) => log.Trim().ReplaceLineEndings("; ");
}
