using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Inverted dropout (Srivastava et al. 2014): each element is zero with probability p, the others are scaled by 1/(1 − p).
/// ONNX's own operator keeps hidden random state, with which a resumed run could not equal an uninterrupted one. Here, element i
/// of step t is kept when frac(uᵢ + t·vᵢ) ≥ p, for fixed uniform u and v: a Weyl sequence, equidistributed over steps.
/// </summary>
public static class Dropout
{
    /// <param name="g">The graph.</param>
    /// <param name="x">Input of any static shape.</param>
    /// <param name="probability">p, 0 ≤ p &lt; 1.</param>
    /// <param name="step">A float scalar that changes every step; below 65,536, so that the fraction keeps its bits.</param>
    /// <param name="seed">Seed of u and v.</param>
    public static Value Emit(GraphBuilder g, Value x, float probability, Value step, int seed)
    {
        if (probability is < 0 or >= 1) throw new ArgumentOutOfRangeException(nameof(probability), probability, "0 ≤ p < 1");
        return g.Composite("Dropout", [x, step], () =>
        {
            Random random = new(seed);
            Value phase = Elementwise.Add(g, Uniform(g, random, x.Shape), Elementwise.Mul(g, Uniform(g, random, x.Shape), step));
            Value fraction = Elementwise.Sub(g, phase, Elementwise.Floor(g, phase));
            Value dropped = Elementwise.Less(g, fraction, g.Constant(probability));
            Value mask = Elementwise.Where(g, dropped, g.Constant(0f), g.Constant(1 / (1 - probability)));
            return [Elementwise.Mul(g, x, mask), mask];
        })[0];
    }

    /// <summary>dX = dY · mask.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b) => [Elementwise.Mul(b.Graph, b.DY, b.Node.Outputs[1]), null];

    /// <summary>Random values in [0, 1).</summary>
    private static Value Uniform(GraphBuilder g, Random random, Shape shape)
    {
        float[] u = new float[shape.Count];
        for (int i = 0; i < u.Length; i++) u[i] = random.NextSingle();
        return g.Constant(u, shape);
    }
}
