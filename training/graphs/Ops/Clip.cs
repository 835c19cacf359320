using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>y = min(high, max(low, x)); ReLU6 is Clip from 0 to 6.</summary>
public static class Clip
{
    /// <summary>Keeps the shape of x. Bounds that are the least and the greatest float are none.</summary>
    public static Value Emit(GraphBuilder g, Value x, float low, float high)
        => g.Add("Clip", [x, g.Constant(low), g.Constant(high)], x.Shape);

    /// <summary>dX = dY between the bounds, 0 on and beyond them.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        float low = g.ConstantFloat(b.Node.Inputs[1]), high = g.ConstantFloat(b.Node.Inputs[2]);
        Value dx = b.DY;
        if (low > float.MinValue) dx = Elementwise.Mul(g, dx, HardSigmoid.Above(g, b.Y, low));
        if (high < float.MaxValue) dx = Elementwise.Mul(g, dx, HardSigmoid.Below(g, b.Y, high));
        return [dx];
    }
}
