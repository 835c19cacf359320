using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Sums, means and maxima over axes.</summary>
public static class Reduce
{
    public static Value Sum(GraphBuilder g, Value x, long[] axes, bool keepDims)
        => g.Add("ReduceSum", [x, g.Constant(axes)], Reduced(x.Shape, axes, keepDims), attributes: [("keepdims", keepDims ? 1L : 0L)]);

    /// <summary>The sum over all elements, a scalar.</summary>
    public static Value SumAll(GraphBuilder g, Value x)
        => Sum(g, x, [.. Enumerable.Range(0, x.Shape.Rank).Select(i => (long)i)], keepDims: false);

    /// <summary>The sum of all elements' squares, a scalar.</summary>
    public static Value SumOfSquares(GraphBuilder g, Value x)
        => g.Add("ReduceSumSquare", [x], Shape.Scalar, attributes: [("keepdims", 0L)]);

    /// <summary>Every element that was added gets the sum's gradient.</summary>
    internal static IReadOnlyList<Value?> SumGradient(Backward b)
    {
        long[] axes = b.Graph.ConstantInts(b.Node.Inputs[1]);
        Value dy = Layout.Reshape(b.Graph, b.DY, Reduced(b.X.Shape, axes, keepDims: true));
        return [Layout.Expand(b.Graph, dy, b.X.Shape)];
    }

    /// <summary>The mean; the axes stay, with size 1.</summary>
    public static Value Mean(GraphBuilder g, Value x, long[] axes)
        => g.Add("ReduceMean", [x], Reduced(x.Shape, axes, keepDims: true), attributes: [("axes", axes), ("keepdims", 1L)]);

    /// <summary>Every element gets its share of the mean's gradient.</summary>
    internal static IReadOnlyList<Value?> MeanGradient(Backward b)
    {
        Value share = Elementwise.Mul(b.Graph, b.DY, b.Graph.Constant(b.Y.Shape.Count / (float)b.X.Shape.Count));
        return [Layout.Expand(b.Graph, share, b.X.Shape)];
    }

    /// <summary>The maximum; the axes stay, with size 1.</summary>
    public static Value Max(GraphBuilder g, Value x, long[] axes)
        => g.Add("ReduceMax", [x], Reduced(x.Shape, axes, keepDims: true), attributes: [("axes", axes), ("keepdims", 1L)]);

    /// <summary>The channel with the largest value: x [N,K,H,W] → int64 [N,H,W].</summary>
    public static Value ArgMax(GraphBuilder g, Value x)
        => g.Add("ArgMax", [x], Reduced(x.Shape, [1], keepDims: false), ElementType.Int64, attributes: [("axis", 1L), ("keepdims", 0L)]);

    private static Shape Reduced(Shape s, long[] axes, bool keepDims)
    {
        IEnumerable<(long Size, bool Gone)> dims = s.ToArray().Select((d, i) => (d, axes.Contains(i)));
        return keepDims
            ? new Shape([.. dims.Select(d => d.Gone ? 1 : d.Size)])
            : new Shape([.. dims.Where(d => !d.Gone).Select(d => d.Size)]);
    }
}
