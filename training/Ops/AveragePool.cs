using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Mean over k×k windows; padding is not counted.</summary>
public static class AveragePool
{
    /// <summary>x [N,C,H,W] → [N,C,H',W'].</summary>
    public static Value Emit(GraphBuilder g, Value x, PoolGeometry geo) => g.Add("AveragePool", [x], geo.Out(x.Shape), attributes: geo.Attributes);

    /// <summary>dX: each window's dY over its pixels, by the transposed convolution with a kernel of ones, each channel for itself.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        PoolGeometry geo = PoolGeometry.Of(b.Node);
        long channels = b.X.Shape[1], h = b.X.Shape[2], w = b.X.Shape[3];
        float[] shares = [.. Shares(geo, h, b.Y.Shape[2]).SelectMany(row => Shares(geo, w, b.Y.Shape[3]).Select(column => row * column))];
        Value scaled = Elementwise.Mul(g, b.DY, g.Constant(shares, new Shape(1, 1, b.Y.Shape[2], b.Y.Shape[3])));
        float[] ones = new float[channels * geo.Kernel * geo.Kernel];
        ones.AsSpan().Fill(1);
        Value spread = ConvTranspose.Emit(g, scaled, g.Constant(ones, new Shape(channels, 1, geo.Kernel, geo.Kernel)), new ConvGeometry(geo.Stride, Group: channels));

        // Cut off what fell on the padding; fill up what no window saw.
        return [Layout.Pad(g, spread, -geo.Before, -geo.Before, h + geo.Before - spread.Shape[2], w + geo.Before - spread.Shape[3])];
    }

    /// <summary>1 / the number of real pixels along one axis, for each window.</summary>
    private static float[] Shares(PoolGeometry geo, long size, long windows)
    {
        float[] shares = new float[windows];
        for (long i = 0; i < windows; i++)
        {
            long start = Math.Max(0, (i * geo.Stride) - geo.Before), end = Math.Min(size, (i * geo.Stride) - geo.Before + geo.Kernel);
            shares[i] = 1f / (end - start);
        }

        return shares;
    }
}
