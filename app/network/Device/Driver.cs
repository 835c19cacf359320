using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>What kind of device draws, by its driver's name.</summary>
/// <param name="Name">GL_RENDERER.</param>
/// <param name="Version">GL_VERSION.</param>
public sealed record Driver(string Name, string Version)
{
    private static readonly string[] Software = ["llvmpipe", "softpipe", "swrast", "SwiftShader"];

    /// <summary>Whether a CPU does the drawing.</summary>
    public bool IsSoftware => Software.Any(n => Name.Contains(n, StringComparison.OrdinalIgnoreCase));

    /// <summary>Invocations of a compute shader that share a work group: a vector of a CPU, or a GPU's.</summary>
    public int GroupSize => IsSoftware ? 8 : Name.Contains("Intel", StringComparison.OrdinalIgnoreCase) ? 32 : 64;

    public static Driver Of(GL gl) => new(gl.GetStringS(StringName.Renderer), gl.GetStringS(StringName.Version));
}
