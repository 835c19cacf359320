using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Nn;

/// <summary>A parameter as the network declares it.</summary>
/// <param name="Name">Unique in the network; checkpoints and exported files use it.</param>
/// <param name="Shape">Static.</param>
/// <param name="Kind">How training treats it.</param>
/// <param name="Init">Fills its first values.</param>
public sealed record Parameter(string Name, Shape Shape, ParameterKind Kind, Initializer Init)
{
    /// <summary>Whether it belongs to the body of the network, which may learn at a rate of its own.</summary>
    public bool InBody { get; init; }

    /// <summary>Values at step 0: a function of seed and name alone, so that a new layer does not change the start of any other.</summary>
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
