using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Arithmetic of one or two tensors, element by element, with numpy's broadcasting.</summary>
public static class Elementwise
{
    public static Value Add(GraphBuilder g, Value a, Value b) => Binary(g, "Add", a, b);

    /// <summary>Both sides get dY as it is; the walk sums over broadcast axes.</summary>
    internal static IReadOnlyList<Value?> AddGradient(Backward b) => [b.DY, b.DY];

    public static Value Sub(GraphBuilder g, Value a, Value b) => Binary(g, "Sub", a, b);

    internal static IReadOnlyList<Value?> SubGradient(Backward b) => [b.DY, b.Needs(1) ? Neg(b.Graph, b.DY) : null];

    public static Value Mul(GraphBuilder g, Value a, Value b) => Binary(g, "Mul", a, b);

    internal static IReadOnlyList<Value?> MulGradient(Backward b) =>
    [
        b.Needs(0) ? Mul(b.Graph, b.DY, b.Node.Inputs[1]) : null,
        b.Needs(1) ? Mul(b.Graph, b.DY, b.Node.Inputs[0]) : null,
    ];

    public static Value Div(GraphBuilder g, Value a, Value b) => Binary(g, "Div", a, b);

    /// <summary>The divisor's is −dY · y / b.</summary>
    internal static IReadOnlyList<Value?> DivGradient(Backward b)
    {
        Value divisor = b.Node.Inputs[1];
        Value share = Div(b.Graph, b.DY, divisor);
        return [share, b.Needs(1) ? Neg(b.Graph, Mul(b.Graph, share, b.Y)) : null];
    }

    public static Value Max(GraphBuilder g, Value a, Value b) => Binary(g, "Max", a, b);

    public static Value Min(GraphBuilder g, Value a, Value b) => Binary(g, "Min", a, b);

    /// <summary>a to the power of b.</summary>
    public static Value Pow(GraphBuilder g, Value a, Value b) => Binary(g, "Pow", a, b);

    public static Value Sqrt(GraphBuilder g, Value x) => Unary(g, "Sqrt", x);

    public static Value Neg(GraphBuilder g, Value x) => Unary(g, "Neg", x);

    public static Value Exp(GraphBuilder g, Value x) => Unary(g, "Exp", x);

    public static Value Log(GraphBuilder g, Value x) => Unary(g, "Log", x);

    public static Value Reciprocal(GraphBuilder g, Value x) => Unary(g, "Reciprocal", x);

    public static Value Floor(GraphBuilder g, Value x) => Unary(g, "Floor", x);

    /// <summary>The nearest whole number, of two the even one.</summary>
    public static Value Round(GraphBuilder g, Value x) => Unary(g, "Round", x);

    /// <summary>x under another name.</summary>
    public static Value Copy(GraphBuilder g, Value x) => Unary(g, "Identity", x);

    /// <summary>x as another type; x itself if it has that type.</summary>
    public static Value Cast(GraphBuilder g, Value x, ElementType type)
        => x.Type == type ? x : g.Add("Cast", [x], x.Shape, type, attributes: [("to", (long)type)]);

    public static Value Equal(GraphBuilder g, Value a, Value b)
        => g.Add("Equal", [a, b], Shape.Broadcast(a.Shape, b.Shape), ElementType.Bool);

    public static Value Less(GraphBuilder g, Value a, Value b)
        => g.Add("Less", [a, b], Shape.Broadcast(a.Shape, b.Shape), ElementType.Bool);

    /// <summary>a where the condition holds, else b.</summary>
    public static Value Where(GraphBuilder g, Value condition, Value a, Value b)
        => g.Add("Where", [condition, a, b], Shape.Broadcast(condition.Shape, Shape.Broadcast(a.Shape, b.Shape)), a.Type);

    private static Value Unary(GraphBuilder g, string op, Value x) => g.Add(op, [x], x.Shape);

    private static Value Binary(GraphBuilder g, string op, Value a, Value b) => g.Add(op, [a, b], Shape.Broadcast(a.Shape, b.Shape));
}
