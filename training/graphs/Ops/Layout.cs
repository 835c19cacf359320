using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Operators that move or repeat elements without changing them: reshape, transpose, slice (crop), pad, concatenate.</summary>
public static class Layout
{
    public static Value Reshape(GraphBuilder g, Value x, Shape shape)
        => x.Shape.Equals(shape) ? x : g.Add("Reshape", [x, g.Constant(shape.ToArray())], shape);

    /// <summary>dY in the shape of x.</summary>
    internal static IReadOnlyList<Value?> ReshapeGradient(Backward b) => [Reshape(b.Graph, b.DY, b.X.Shape)];

    public static Value Transpose(GraphBuilder g, Value x, params long[] perm)
        => g.Add("Transpose", [x], new Shape([.. perm.Select(p => x.Shape[(int)p])]), attributes: [("perm", perm)]);

    /// <summary>The tensor's dimensions, read when the graph runs: int64 [rank].</summary>
    public static Value ShapeOf(GraphBuilder g, Value x) => g.Add("Shape", [x], new Shape(x.Shape.Rank), ElementType.Int64);

    /// <summary>Ones, as a constant.</summary>
    public static Value Ones(GraphBuilder g, Shape shape)
    {
        float[] ones = new float[shape.Count];
        ones.AsSpan().Fill(1);
        return g.Constant(ones, shape);
    }

    /// <summary>x repeated along its axes of size 1, to a static shape.</summary>
    internal static Value Expand(GraphBuilder g, Value x, Shape shape) => g.Add("Expand", [x, g.Constant(shape.ToArray())], shape);

    /// <summary>One cell for a map: x [N,C,1,1] → [N,C,H,W], H and W those of <paramref name="like"/>, which may be dynamic.</summary>
    public static Value Spread(GraphBuilder g, Value x, Value like)
    {
        Value size = g.Add("Slice", [ShapeOf(g, like), g.Constant(2L), g.Constant(4L)], new Shape(2), ElementType.Int64); // H, W
        return g.Add("Expand", [x, Concat(g, [g.Constant(1L, 1), size], 0)], x.Shape.With(2, like.Shape[2]).With(3, like.Shape[3]));
    }

    /// <summary>dY as it is: <see cref="Autodiff.Gradients"/> sums over the axes along which a value was repeated.</summary>
    internal static IReadOnlyList<Value?> ExpandGradient(Backward b) => [b.DY];

    /// <summary>Blocks of s×s pixels to channels: x [N,C,H,W] → [N,C·s·s,H/s,W/s].</summary>
    internal static Value SpaceToDepth(GraphBuilder g, Value x, long s)
    {
        Shape shape = new(x.Shape[0], x.Shape[1] * s * s, x.Shape[2] / s, x.Shape[3] / s);
        return g.Add("SpaceToDepth", [x], shape, attributes: [("blocksize", s)]);
    }

    /// <summary>Elements starts[i] ≤ index &lt; ends[i] along axes[i]; a crop.</summary>
    /// <exception cref="ArgumentException">Nothing is left, or the slice reaches outside.</exception>
    public static Value Slice(GraphBuilder g, Value x, long[] axes, long[] starts, long[] ends)
    {
        long[] dims = x.Shape.ToArray();
        for (int i = 0; i < axes.Length; i++)
        {
            if (starts[i] < 0 || ends[i] > dims[axes[i]] || starts[i] >= ends[i])
                throw new ArgumentException($"slice {starts[i]}..{ends[i]} of axis {axes[i]} of {x}");
            dims[axes[i]] = ends[i] - starts[i];
        }

        Shape shape = new(dims);
        return shape.Equals(x.Shape) ? x : g.Add("Slice", [x, g.Constant(starts), g.Constant(ends), g.Constant(axes)], shape);
    }

    /// <summary>dY at the place of the slice, zero elsewhere.</summary>
    internal static IReadOnlyList<Value?> SliceGradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long[] starts = g.ConstantInts(b.Node.Inputs[1]), axes = g.ConstantInts(b.Node.Inputs[3]);
        long[] before = new long[b.X.Shape.Rank], after = new long[b.X.Shape.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            before[axes[i]] = starts[i];
            after[axes[i]] = b.X.Shape[(int)axes[i]] - starts[i] - b.Y.Shape[(int)axes[i]];
        }

        return [PadBy(g, b.DY, [.. before, .. after], b.X.Shape)];
    }

    /// <summary>The element at the centre of each stride × stride cell: x [N,H,W] → [N,H/stride,W/stride].</summary>
    public static Value CellCentres(GraphBuilder g, Value x, long stride)
    {
        Shape shape = new(x.Shape[0], x.Shape[1] / stride, x.Shape[2] / stride);
        Value starts = g.Constant(stride / 2, stride / 2), ends = g.Constant(x.Shape[1], x.Shape[2]);
        Value axes = g.Constant(1L, 2), steps = g.Constant(stride, stride);
        return g.Add("Slice", [x, starts, ends, axes, steps], shape);
    }

    /// <summary>Zero padding of the last two axes, in elements; negative values crop.</summary>
    public static Value Pad(GraphBuilder g, Value x, long top, long left, long bottom, long right)
    {
        if (top == 0 && left == 0 && bottom == 0 && right == 0) return x;
        int rows = x.Shape.Rank - 2, columns = x.Shape.Rank - 1;
        long[] lead = new long[rows];
        Shape shape = x.Shape
            .With(rows, Shape.Map(x.Shape[rows], s => s + top + bottom))
            .With(columns, Shape.Map(x.Shape[columns], s => s + left + right));
        return PadBy(g, x, [.. lead, top, left, .. lead, bottom, right], shape);
    }

    /// <summary>The padding's gradient is dropped: a pad by the opposite amounts.</summary>
    internal static IReadOnlyList<Value?> PadGradient(Backward b)
    {
        long[] pads = b.Graph.ConstantInts(b.Node.Inputs[1]);
        return [PadBy(b.Graph, b.DY, [.. pads.Select(p => -p)], b.X.Shape)];
    }

    /// <summary>Parts of the same size on all other axes, one after the other.</summary>
    public static Value Concat(GraphBuilder g, IReadOnlyList<Value> parts, int axis)
    {
        if (parts.Count == 1) return parts[0];
        Shape shape = parts[0].Shape.With(axis, parts.Sum(p => p.Shape[axis]));
        return g.Add("Concat", parts, shape, attributes: [("axis", (long)axis)]);
    }

    /// <summary>The part of dY that belongs to each input.</summary>
    internal static IReadOnlyList<Value?> ConcatGradient(Backward b)
    {
        long axis = b.Node.Int("axis"), start = 0;
        List<Value?> parts = [];
        for (int i = 0; i < b.Node.Inputs.Count; i++)
        {
            long end = start + b.Node.Inputs[i].Shape[(int)axis];
            parts.Add(b.Needs(i) ? Slice(b.Graph, b.DY, [axis], [start], [end]) : null);
            start = end;
        }

        return parts;
    }

    /// <param name="g">The graph.</param>
    /// <param name="x">Any tensor.</param>
    /// <param name="pads">Before each axis, then after each.</param>
    /// <param name="shape">Of the result.</param>
    private static Value PadBy(GraphBuilder g, Value x, long[] pads, Shape shape)
        => g.Add("Pad", [x, g.Constant(pads)], shape, attributes: [("mode", "constant")]);
}
