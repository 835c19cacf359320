using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>y = 1 / (1 + exp(−x)).</summary>
public static class Sigmoid
{
    public static Value Emit(GraphBuilder g, Value x) => g.Add("Sigmoid", [x], x.Shape);

    /// <summary>dX = dY·y·(1 − y).</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value slope = Elementwise.Mul(g, b.Y, Elementwise.Sub(g, g.Constant(1f), b.Y));
        return [Elementwise.Mul(g, b.DY, slope)];
    }
}
