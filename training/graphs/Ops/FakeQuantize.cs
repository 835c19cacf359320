using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Rounding that training sees and its gradients do not (Jacob et al. 2018, section 3; Krishnamoorthi 2018, section 2.4): values are those
/// that integers can stand for, gradients go straight through the rounding, and are zero where values were clipped.
/// </summary>
public static class FakeQuantize
{
    /// <summary>Less than any step between codes, and enough for <see cref="HardSigmoid.Above"/>.</summary>
    private const float NextToZero = 1e-30f;

    /// <summary>
    /// y = scale · (code − zero), code the nearest to x/scale + zero in 0–255, of two the even one. Keeps the shape of x.
    /// </summary>
    public static Value Emit(GraphBuilder g, Value x, float scale, byte zero)
    {
        float low = scale * -zero, high = scale * (byte.MaxValue - zero);
        return g.Composite("FakeQuantize", [x], () =>
        {
            Value step = g.Constant(scale), origin = g.Constant([zero], ElementType.UInt8, Shape.Scalar);
            Value codes = g.Add("QuantizeLinear", [x, step, origin], x.Shape, ElementType.UInt8);
            return [g.Add("DequantizeLinear", [codes, step, origin], x.Shape, ElementType.Float)];
        }, ("low", low), ("high", high))[0];
    }

    /// <summary>dX = dY from the value of the first code to that of the last, both included; 0 beyond.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        float low = b.Node.Float("low"), high = b.Node.Float("high");
        float below = low == 0 ? -NextToZero : MathF.BitDecrement(low), above = high == 0 ? NextToZero : MathF.BitIncrement(high);
        Value inside = Elementwise.Mul(b.Graph, HardSigmoid.Above(b.Graph, b.X, below), HardSigmoid.Below(b.Graph, b.X, above));
        return [Elementwise.Mul(b.Graph, b.DY, inside)];
    }

    /// <summary>The multiple of a step that is nearest to x, of two the even one: nothing is clipped.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">Of any shape, which the result has too.</param>
    /// <param name="step">Positive, broadcast to x; it gets no gradient.</param>
    public static Value Rounded(GraphBuilder g, Value x, Value step) => g.Composite(
        "FakeRound",
        [x, step],
        () => [Elementwise.Mul(g, Elementwise.Round(g, Elementwise.Div(g, x, step)), step)])[0];

    /// <summary>dX = dY.</summary>
    internal static IReadOnlyList<Value?> RoundedGradient(Backward b) => [b.DY, null];
}
