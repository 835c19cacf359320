using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>y = max(x, 0).</summary>
public static class Relu
{
    /// <summary>Slope of a hard sigmoid that is 1 for every positive float.</summary>
    private const float Steep = 1e30f;

    public static Value Emit(GraphBuilder g, Value x) => g.Add("Relu", [x], x.Shape);

    /// <summary>
    /// dX = dY where y is positive, else 0. The mask is a steep hard sigmoid, which ONNX Runtime runs on all threads, unlike Sign.
    /// </summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        Value mask = b.Graph.Add("HardSigmoid", [b.Y], b.Y.Shape, attributes: [("alpha", Steep), ("beta", 0f)]);
        return [Elementwise.Mul(b.Graph, b.DY, mask)];
    }
}
