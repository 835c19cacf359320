using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Transposed convolution ("deconvolution" in the FCN and DeconvNet papers), the adjoint of <see cref="Conv"/>.</summary>
public static class ConvTranspose
{
    /// <summary>x [N,C,H,W], w [C,M/group,kH,kW] → [N,M,(H−1)·stride − 2·pad + dilation·(kH−1) + 1 + extra, …].</summary>
    /// <param name="g">The graph.</param>
    /// <param name="x">Input [N,C,H,W].</param>
    /// <param name="w">Weights [C,M/group,kH,kW].</param>
    /// <param name="geo">Stride, padding, dilation and groups of the convolution that this is the adjoint of.</param>
    /// <param name="height">Output height if the stride leaves a choice; null for the smallest.</param>
    /// <param name="width">Output width, likewise.</param>
    /// <exception cref="ArgumentException">The weights do not fit the input, or it cannot have that size.</exception>
    public static Value Emit(GraphBuilder g, Value x, Value w, ConvGeometry geo, long? height = null, long? width = null)
    {
        if (x.Shape[1] != w.Shape[0]) throw new ArgumentException($"ConvTranspose: weights {w} do not fit input {x}");
        long leastHeight = geo.TransposedOut(x.Shape[2], w.Shape[2]), leastWidth = geo.TransposedOut(x.Shape[3], w.Shape[3]);
        long[] extra = [height - leastHeight ?? 0, width - leastWidth ?? 0];
        if (extra.Any(e => e < 0 || (e > 0 && e >= geo.Stride)))
            throw new ArgumentException($"ConvTranspose: {x} cannot give {height}×{width}");
        Shape shape = new(x.Shape[0], w.Shape[1] * geo.Group, height ?? leastHeight, width ?? leastWidth);
        return g.Add("ConvTranspose", [x, w], shape, attributes: [.. geo.Attributes(w.Shape), ("output_padding", extra)]);
    }

    /// <summary>dX is the convolution of dY; dW is that convolution's, with the roles of x and dY exchanged.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        ConvGeometry geo = ConvGeometry.Of(b.Node);
        Value w = b.Node.Inputs[1];
        return
        [
            b.Needs(0) ? Conv.Emit(b.Graph, b.DY, w, null, geo) : null,
            b.Needs(1) ? Conv.WeightGradient(b.Graph, b.DY, b.X, w.Shape, geo) : null,
        ];
    }
}
