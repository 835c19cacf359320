using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Mean over k×k windows; padding is not counted.</summary>
public static class AveragePool
{
    /// <summary>x [N,C,H,W] → [N,C,H',W'].</summary>
    public static Value Emit(GraphBuilder g, Value x, PoolGeometry geo)
        => g.Add("AveragePool", [x], geo.Out(x.Shape), attributes: geo.Attributes);

    /// <summary>dX [N,C,H,W]: each window's dY spread over its pixels, by a depthwise transposed convolution with ones.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        PoolGeometry geo = PoolGeometry.Of(b.Node);
        long channels = b.X.Shape[1], h = b.X.Shape[2], w = b.X.Shape[3];
        Value scaled = Elementwise.Mul(g, b.DY, Shares(g, geo, b.X.Shape, b.Y.Shape));
        Value ones = Layout.Ones(g, new Shape(channels, 1, geo.Kernel, geo.Kernel));
        Value spread = ConvTranspose.Emit(g, scaled, ones, new ConvGeometry(geo.Stride, Group: channels));

        // Crop what fell on the padding; pad what no window covered.
        return [Layout.Pad(g, spread, -geo.Before, -geo.Before, h + geo.Before - spread.Shape[2], w + geo.Before - spread.Shape[3])];
    }

    /// <summary>1 / the number of pixels in each window, [1,1,H',W'].</summary>
    private static Value Shares(GraphBuilder g, PoolGeometry geo, Shape x, Shape y)
    {
        float[] rows = Shares(geo, x[2], y[2]), columns = Shares(geo, x[3], y[3]);
        return g.Constant([.. rows.SelectMany(_ => columns, (row, column) => row * column)], new Shape(1, 1, y[2], y[3]));
    }

    /// <summary>The same along one axis: padding is left out of the count.</summary>
    private static float[] Shares(PoolGeometry geo, long size, long windows)
    {
        float[] shares = new float[windows];
        for (long i = 0; i < windows; i++)
        {
            long first = (i * geo.Stride) - geo.Before;
            shares[i] = 1f / (Math.Min(size, first + geo.Kernel) - Math.Max(0, first));
        }

        return shares;
    }
}
