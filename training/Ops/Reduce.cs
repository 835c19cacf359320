using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Sums, means and maxima over axes.</summary>
public static class Reduce
{
    public static Value Sum(GraphBuilder g, Value x, long[] axes, bool keepDims)
        => g.Add("ReduceSum", [x, g.Constant(axes)], Reduced(x.Shape, axes, keepDims), attributes: [("keepdims", keepDims ? 1L : 0L)]);

    public static Value Mean(GraphBuilder g, Value x, long[] axes)
        => g.Add("ReduceMean", [x], Reduced(x.Shape, axes, keepDims: true), attributes: [("axes", axes), ("keepdims", 1L)]);

    public static Value Max(GraphBuilder g, Value x, long[] axes)
        => g.Add("ReduceMax", [x], Reduced(x.Shape, axes, keepDims: true), attributes: [("axes", axes), ("keepdims", 1L)]);

    /// <summary>Sum over all elements, as a scalar.</summary>
    public static Value SumAll(GraphBuilder g, Value x)
        => Sum(g, x, [.. Enumerable.Range(0, x.Shape.Rank).Select(i => (long)i)], keepDims: false);

    /// <summary>Every element that was added gets the sum's gradient.</summary>
    internal static IReadOnlyList<Value?> SumGradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long[] axes = g.ConstantInts(b.Node.Inputs[1]);
        Value dy = Layout.Reshape(g, b.DY, Reduced(b.X.Shape, axes, keepDims: true));
        return [g.Add("Expand", [dy, g.Constant(b.X.Shape.ToArray())], b.X.Shape)];
    }

    /// <summary>Every element gets its share of the mean's gradient.</summary>
    internal static IReadOnlyList<Value?> MeanGradient(Backward b)
    {
        Value share = Elementwise.Mul(b.Graph, b.DY, b.Graph.Constant(b.Y.Shape.Count / (float)b.X.Shape.Count));
        return [b.Graph.Add("Expand", [share, b.Graph.Constant(b.X.Shape.ToArray())], b.X.Shape)];
    }

    private static Shape Reduced(Shape s, long[] axes, bool keepDims)
    {
        IEnumerable<(long Size, bool Gone)> dims = s.ToArray().Select((d, i) => (d, axes.Contains(i)));
        return keepDims
            ? new Shape([.. dims.Select(d => d.Gone ? 1 : d.Size)])
            : new Shape([.. dims.Where(d => !d.Gone).Select(d => d.Size)]);
    }
}
