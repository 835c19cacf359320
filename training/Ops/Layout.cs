using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Operators that move elements without changing them: reshape, transpose, slice (crop), pad, concatenate.</summary>
public static class Layout
{
    public static Value Reshape(GraphBuilder g, Value x, Shape shape)
        => x.Shape.Equals(shape) ? x : g.Add("Reshape", [x, g.Constant(shape.ToArray())], shape);

    public static Value Transpose(GraphBuilder g, Value x, params long[] perm)
        => g.Add("Transpose", [x], new Shape([.. perm.Select(p => x.Shape[(int)p])]), attributes: [("perm", perm)]);

    /// <summary>Elements starts[i] ≤ index &lt; ends[i] along axes[i]; a crop.</summary>
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

    /// <summary>Zero padding of the last two axes, in elements; negative values crop.</summary>
    public static Value Pad(GraphBuilder g, Value x, long top, long left, long bottom, long right)
    {
        if (top == 0 && left == 0 && bottom == 0 && right == 0) return x;
        long[] lead = new long[x.Shape.Rank - 2];
        static long Grown(long size, long by) => size == Shape.Dynamic ? size : size + by;
        Shape shape = x.Shape.With(x.Shape.Rank - 2, Grown(x.Shape[-2], top + bottom)).With(x.Shape.Rank - 1, Grown(x.Shape[-1], left + right));
        return g.Add("Pad", [x, g.Constant([.. lead, top, left, .. lead, bottom, right])], shape, attributes: [("mode", "constant")]);
    }

    public static Value Concat(GraphBuilder g, IReadOnlyList<Value> parts, int axis)
        => parts.Count == 1
            ? parts[0]
            : g.Add("Concat", parts, parts[0].Shape.With(axis, parts.Sum(p => p.Shape[axis])), attributes: [("axis", (long)axis)]);

    /// <summary>The part of dY that came from each input.</summary>
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

    /// <summary>dY where the slice was taken, zero elsewhere.</summary>
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

        return [g.Add("Pad", [b.DY, g.Constant([.. before, .. after])], b.X.Shape, attributes: [("mode", "constant")])];
    }

    /// <summary>The padding's gradient is dropped: a pad by the opposite amounts.</summary>
    internal static IReadOnlyList<Value?> PadGradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        long[] opposite = [.. g.ConstantInts(b.Node.Inputs[1]).Select(p => -p)];
        return [g.Add("Pad", [b.DY, g.Constant(opposite)], b.X.Shape, attributes: [("mode", "constant")])];
    }
}
