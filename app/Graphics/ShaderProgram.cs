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
        string path = Path.Combine(AppContext.BaseDirectory, "shaders", file);
        if (!File.Exists(path)) throw new UserError($"no shader {path}: build again with ./run.sh");
        uint shader = _gl.CreateShader(type);
        _gl.ShaderSource(shader, WithIncludes(path));
        _gl.CompileShader(shader);
        _gl.GetShader(shader, ShaderParameterName.CompileStatus, out int compiled);
        return compiled != 0 ? shader : throw new UserError($"shader {file} does not compile: {OneLine(_gl.GetShaderInfoLog(shader))}");
    }

    /// <summary>The file with each line <c>#include "NAME"</c> replaced by that file; GLSL itself has no such directive.</summary>
    private static string WithIncludes(string path) => string.Join('\n', File.ReadLines(path).Select(line =>
    {
        const string Directive = "#include \"";
        return line.StartsWith(Directive, StringComparison.Ordinal)
            ? File.ReadAllText(Path.Combine(Path.GetDirectoryName(path)!, line[Directive.Length..].TrimEnd().TrimEnd('"')))
            : line;
    }));

    private static string OneLine(string log) => log.Trim().ReplaceLineEndings("; ");
}
