using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Elements by their indices.</summary>
public static class Gather
{
    /// <summary>list [n] → the element at <paramref name="index"/>, a scalar.</summary>
    public static Value Element(GraphBuilder g, Value list, long index)
        => g.Add("Gather", [list, g.IntegerScalar(index)], Shape.Scalar, attributes: [("axis", 0L)]);

    /// <summary>list [n] and indices of any shape → list[index], of the indices' shape and the list's type.</summary>
    public static Value FromList(GraphBuilder g, Value list, Value indices)
        => g.Add("Gather", [list, indices], indices.Shape, attributes: [("axis", 0L)]);

    /// <summary>Reorders an axis: x along <paramref name="axis"/>, in the order of <paramref name="indices"/>.</summary>
    public static Value Reordered(GraphBuilder g, Value x, long axis, params long[] indices)
        => g.Add("Gather", [x, g.Constant(indices)], x.Shape.With((int)axis, indices.Length), attributes: [("axis", axis)]);

    /// <summary>For each pixel, the value of one channel: x [N,K,H,W], channel int64 [N,1,H,W] → [N,1,H,W].</summary>
    public static Value Channel(GraphBuilder g, Value x, Value channel)
    {
        if (channel.Type != ElementType.Int64) throw new ArgumentException($"Gather: {channel} must be int64");
        return g.Add("GatherElements", [x, channel], channel.Shape, attributes: [("axis", 1L)]);
    }
}
