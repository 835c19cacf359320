using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>y = max(x, 0).</summary>
public static class Relu
{
    private const float Steep = 1e30f;

    public static Value Emit(GraphBuilder g, Value x) => g.Add("Relu", [x], x.Shape);

    /// <summary>
    /// dX = dY where y is positive. The mask is a hard sigmoid so steep that every positive float gives 1: unlike Sign, ONNX Runtime
    /// runs it on all threads.
    /// </summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        Value mask = b.Graph.Add("HardSigmoid", [b.Y], b.Y.Shape, attributes: [("alpha", Steep), ("beta", 0f)]);
        return [Elementwise.Mul(b.Graph, b.DY, mask)];
    }
}
