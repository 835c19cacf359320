using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Nn;

/// <summary>How training treats a parameter.</summary>
public enum ParameterKind
{
    /// <summary>A kernel: gets gradients and weight decay.</summary>
    Weight,

    /// <summary>A bias or a batch norm scale or shift: gradients, no weight decay.</summary>
    Offset,

    /// <summary>A running mean or variance: updated by the forward pass, not by the optimiser.</summary>
    Statistic,
}

/// <summary>A parameter as the network declares it.</summary>
public sealed record Parameter(string Name, Shape Shape, ParameterKind Kind, Initializer Init)
{
    /// <summary>Values at step 0, a function of the seed and the name alone, so that adding a layer changes no other layer's start.</summary>
    public float[] Initial(int seed)
    {
        float[] values = new float[Shape.Count];
        Init(values, Shape, new Random(StableHash(Name, seed)));
        return values;
    }

    internal static int StableHash(string name, int seed)
    {
        uint h = 2166136261u ^ (uint)seed; // FNV-1a
        foreach (char c in name) h = (h ^ c) * 16777619u;
        return (int)(h & int.MaxValue);
    }
}
