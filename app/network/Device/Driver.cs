using RealtimeSeg.Network.Steps;
using Silk.NET.OpenGL;

namespace RealtimeSeg.Network.Device;

/// <summary>What kind of device draws, by its driver's name.</summary>
/// <param name="Name">GL_RENDERER.</param>
/// <param name="Version">GL_VERSION.</param>
public sealed record Driver(string Name, string Version)
{
    /// <summary>Invocations of a single cell in a CPU's group: starting a group takes as long as some cells.</summary>
    private const int SoftwareCells = 64;

    private static readonly string[] Software = ["llvmpipe", "softpipe", "swrast", "SwiftShader"];

    /// <summary>Whether a CPU does the drawing.</summary>
    public bool IsSoftware => Software.Any(n => Name.Contains(n, StringComparison.OrdinalIgnoreCase));

    /// <summary>Invocations of a compute shader that share a work group: a vector of a CPU, or a GPU's.</summary>
    public int GroupSize => IsSoftware ? 8 : IsIntel ? 32 : 64;

    /// <summary>How a network's kernels are written for it.</summary>
    /// <param name="half">Whether numbers are stored in 16 bits; null for what suits it.</param>
    /// <param name="tiles">What invocations of convolutions make; null for what suits it.</param>
    public KernelStyle Style(bool? half, KernelTiles? tiles = null)
        => new(GroupSize, IsSoftware ? SoftwareCells : GroupSize, half ?? !IsSoftware, tiles ?? Tiles);

    /// <summary>Bits of a number in memory, with the same choice.</summary>
    public int Bits(bool? half) => Style(half).Half ? 16 : 32;

    /// <summary>Tiles that suit such devices as a rule.</summary>
    private KernelTiles Tiles => IsSoftware ? KernelTiles.Software : IsIntegrated ? KernelTiles.Integrated : KernelTiles.Discrete;

    private bool IsIntegrated => IsIntel && !Name.Contains("Arc", StringComparison.OrdinalIgnoreCase);

    private bool IsIntel => Name.Contains("Intel", StringComparison.OrdinalIgnoreCase);

    public static Driver Of(GL gl) => new(gl.GetStringS(StringName.Renderer), gl.GetStringS(StringName.Version));
}
