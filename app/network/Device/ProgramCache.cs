using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>The compute shaders of a context, each compiled once, whichever network or size of the frame needs it.</summary>
public sealed class ProgramCache(GL gl) : IDisposable
{
    /// <summary>Programs that are kept; a network has 20 to 40.</summary>
    private const int Most = 400;

    private readonly Dictionary<string, ComputeProgram> _programs = new(StringComparer.Ordinal);

    /// <summary>Programs that are held.</summary>
    public int Count => _programs.Count;

    /// <summary>The program of a text.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="text">GLSL.</param>
    /// <exception cref="UserError">The driver refuses it.</exception>
    internal ComputeProgram this[string name, string text]
        => _programs.TryGetValue(text, out ComputeProgram? known) ? known : _programs[text] = new ComputeProgram(gl, name, text);

    /// <summary>Makes room before a network is prepared; programs of one that is in use would be lost later.</summary>
    public void Trim()
    {
        if (Count > Most) Dispose();
    }

    public void Dispose()
    {
        foreach (ComputeProgram program in _programs.Values) program.Dispose();
        _programs.Clear();
    }
}
