using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Elements put where indices say, zero elsewhere: the counterpart of <see cref="Gather"/>.</summary>
internal static class Scatter
{
    /// <summary>values [m] and places int64 [m], all different → [n], the shape of <paramref name="zeros"/>.</summary>
    public static Value Into(GraphBuilder g, Value zeros, Value places, Value values)
        => g.Add("ScatterElements", [zeros, places, values], zeros.Shape, attributes: [("axis", 0L)]);

    /// <summary>The same where several values may have one place: they are added.</summary>
    public static Value Sum(GraphBuilder g, Value zeros, Value places, Value values)
        => g.Add("ScatterElements", [zeros, places, values], zeros.Shape, attributes: [("axis", 0L), ("reduction", "add")]);
}
