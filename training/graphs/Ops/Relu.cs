using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>y = max(x, 0).</summary>
public static class Relu
{
    public static Value Emit(GraphBuilder g, Value x) => g.Add("Relu", [x], x.Shape);

    /// <summary>dX = dY where y is positive, else 0.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b) => [Elementwise.Mul(b.Graph, b.DY, HardSigmoid.Above(b.Graph, b.Y, 0))];
}
