using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Operations on a frame [N,H,W,3], uint8, whose size is only known when the graph runs. None has a gradient.</summary>
public static class FrameOps
{
    /// <summary>[H, W] of the frame, int64.</summary>
    public static Value Size(GraphBuilder g, Value frame)
    {
        Value shape = Layout.ShapeOf(g, frame); // [N, H, W, 3]
        return g.Add("Slice", [shape, g.Constant(1L), g.Constant(3L)], new Shape(2));
    }

    /// <summary>[N,H,W,3] → [N,H',W',3], H' and W' the next multiples of <paramref name="multiple"/>, the edge repeated.</summary>
    public static Value PadToMultiple(GraphBuilder g, Value frame, long multiple)
    {
        if (frame.Shape.IsStatic && frame.Shape[1] % multiple == 0 && frame.Shape[2] % multiple == 0) return frame;
        Value negative = Elementwise.Neg(g, Size(g, frame));
        Value missing = g.Add("Mod", [negative, g.Constant(multiple)], new Shape(2)); // −size mod multiple, [2]
        Value pads = Layout.Concat(g, [g.Constant(0L, 0, 0, 0, 0), missing, g.Constant(0L)], 0); // before N, H, W, 3; after N, H, W, 3
        Shape padded = new(frame.Shape[0], Shape.Dynamic, Shape.Dynamic, 3);
        return g.Add("Pad", [frame, pads], padded, attributes: [("mode", "edge")]);
    }

    /// <summary>[N,H,W,3] → [N,3,H,W] float.</summary>
    public static Value Planes(GraphBuilder g, Value frame)
        => Layout.Transpose(g, Elementwise.Cast(g, frame, ElementType.Float), 0, 3, 1, 2);

    /// <summary>Channels in reverse order: BGR to RGB, or back. x [N,3,H,W].</summary>
    public static Value ReverseChannels(GraphBuilder g, Value x) => Gather.Reordered(g, x, 1, 2, 1, 0);

    /// <summary>The last row and the last column once more: [N,K,H,W] → [N,K,H+1,W+1].</summary>
    public static Value RepeatEdge(GraphBuilder g, Value planes)
    {
        static long More(long size) => Shape.Map(size, s => s + 1);
        Shape padded = new(planes.Shape[0], planes.Shape[1], More(planes.Shape[2]), More(planes.Shape[3]));
        return g.Add("Pad", [planes, g.Constant(0L, 0, 0, 0, 0, 0, 1, 1)], padded, attributes: [("mode", "edge")]);
    }

    /// <summary>The frame at another size, bilinear and rounded: [N,H,W,3] → [N,⌊H·scale⌋,⌊W·scale⌋,3].</summary>
    public static Value Scale(GraphBuilder g, Value frame, float scale)
    {
        if (scale == 1) return frame;
        Value resized = Resize.ByFactors(g, frame, [1, scale, scale, 1]);
        return Elementwise.Cast(g, Elementwise.Add(g, resized, g.Constant(0.5f)), ElementType.UInt8);
    }

    /// <summary>A map [N,H',W'] cropped to the frame's size: [N,H,W].</summary>
    public static Value CropMap(GraphBuilder g, Value map, Value frame)
        => Crop(g, map, frame, 1, new Shape(frame.Shape[0], frame.Shape[1], frame.Shape[2]));

    /// <summary>Planes [N,K,H',W'] cropped to the frame's size: [N,K,H,W].</summary>
    public static Value CropPlanes(GraphBuilder g, Value planes, Value frame)
        => Crop(g, planes, frame, 2, new Shape(planes.Shape[0], planes.Shape[1], frame.Shape[1], frame.Shape[2]));

    private static Value Crop(GraphBuilder g, Value x, Value frame, long rows, Shape shape)
        => g.Add("Slice", [x, g.Constant(0L, 0), Size(g, frame), g.Constant(rows, rows + 1)], shape);
}
