namespace RealtimeSeg.Network.Steps;

/// <summary>One dispatch: a kernel that makes a map from others, and what is done to each element before it is stored.</summary>
/// <param name="kernel">Name of its file in <c>shaders/network</c>, without extension.</param>
/// <param name="output">The map that it makes, before <see cref="After"/>.</param>
/// <param name="inputs">The maps that it reads, in the kernel's order.</param>
public class Step(string kernel, Map output, params Map[] inputs)
{
    private readonly List<Pointwise> _after = [];

    public string Kernel { get; } = kernel;

    /// <summary>The map that is stored.</summary>
    public Map Output { get; private set; } = output;

    /// <summary>All maps that it reads.</summary>
    public IEnumerable<Map> Reads => Inputs.Concat(_after.Select(p => p.Other).OfType<Map>());

    public IReadOnlyList<Map> Inputs { get; } = inputs;

    public IReadOnlyList<Pointwise> After => _after;

    /// <summary>Integers that the kernel reads by name, besides sizes and places of its maps.</summary>
    public IReadOnlyList<(string Name, int Value)> Integers { get; init; } = [];

    /// <summary>Floats that it reads by name.</summary>
    public IReadOnlyList<(string Name, float Value)> Floats { get; init; } = [];

    /// <summary>Constants that it reads by name, in the order of texels.</summary>
    public IReadOnlyList<(string Name, Packed Value)> Weights { get; init; } = [];

    /// <summary>Names that are defined for the kernel's text, and so make another program.</summary>
    public IReadOnlyList<(string Name, string Text)> Defines { get; init; } = [];

    /// <summary>Multiplications and additions per frame.</summary>
    public long Flops { get; init; }

    /// <summary>Passes through loops that an invocation makes, where they may be many: some drivers end it after 65,535.</summary>
    internal long Loops { get; init; }

    /// <summary>Whether its output is stored as a map; otherwise its kernel has a main of its own, and stores where it likes.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Invocations of the kernel.</summary>
    public int Invocations => Output.Shape.Texels;

    /// <summary>The kernel's own text; null for its file's.</summary>
    public virtual WrittenKernel? Write(KernelTiles tiles) => null;

    /// <summary>Lets it compute a further operator, whose result takes the place of its output.</summary>
    public void Append(Pointwise further, Map result)
    {
        _after.Add(further);
        Output = result;
    }

    /// <summary>Divides its output where its codes are scaled, if that comes last, or before a rectifier alone.</summary>
    /// <returns>Whether it does.</returns>
    internal bool Divide(float by)
    {
        int last = _after.FindLastIndex(p => !ReferenceEquals(p, Pointwise.Relu));
        if (last < 0 || _after[last].Units is not { } units) return false;
        _after[last] = Pointwise.Scaling(units.Map, units.Kernels, by);
        return true;
    }

    public override string ToString() => $"{Kernel} {string.Join(", ", Inputs.Select(i => i.Shape))} → {Output.Shape}";
}
