using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// y = min(1, max(0, α·x + β)). With the usual α and β, x·y is hard swish (Howard et al. 2019): x·min(6, max(0, x + 3))/6.
/// </summary>
public static class HardSigmoid
{
    public const float UsualAlpha = 1 / 6f, UsualBeta = 0.5f;

    /// <summary>A slope that takes every difference of two floats in use to 1; a power of two, so that products are exact.</summary>
    private const float Steep = 1.2676506e30f; // 2^100

    public static Value Emit(GraphBuilder g, Value x, float alpha = UsualAlpha, float beta = UsualBeta)
        => g.Add("HardSigmoid", [x], x.Shape, attributes: [("alpha", alpha), ("beta", beta)]);

    /// <summary>dX = α·dY where y is between 0 and 1, else 0.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value inside = Elementwise.Mul(g, Above(g, b.Y, 0), Below(g, b.Y, 1));
        return [Elementwise.Mul(g, Elementwise.Mul(g, b.DY, inside), g.Constant(b.Node.Float("alpha")))];
    }

    /// <summary>1 where x is above a bound, else 0: ONNX Runtime runs this operator on all threads, unlike Sign and comparisons.</summary>
    internal static Value Above(GraphBuilder g, Value x, float bound) => Emit(g, x, Steep, -bound * Steep);

    /// <summary>1 where x is below a bound, else 0.</summary>
    internal static Value Below(GraphBuilder g, Value x, float bound) => Emit(g, x, -Steep, bound * Steep);
}
