using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>2-D cross-correlation, which every framework calls convolution.</summary>
public static class Conv
{
    /// <summary>x [N,C,H,W], w [M,C/group,kH,kW], bias [M] → [N,M,H',W'].</summary>
    /// <exception cref="ArgumentException">The weights do not fit the input.</exception>
    public static Value Emit(GraphBuilder g, Value x, Value w, Value? bias, ConvGeometry geo)
    {
        if (x.Shape[1] != w.Shape[1] * geo.Group || w.Shape[0] % geo.Group != 0)
            throw new ArgumentException($"Conv: weights {w} with {geo.Group} groups do not fit input {x}");
        Shape shape = new(x.Shape[0], w.Shape[0], geo.Out(x.Shape[2], w.Shape[2]), geo.Out(x.Shape[3], w.Shape[3]));
        return g.Add("Conv", bias is null ? [x, w] : [x, w, bias], shape, attributes: geo.Attributes(w.Shape));
    }

    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        ConvGeometry geo = ConvGeometry.Of(b.Node);
        Value w = b.Node.Inputs[1];
        return
        [
            b.Needs(0) ? InputGradient(b.Graph, b.DY, w, b.X.Shape, geo) : null,
            b.Needs(1) ? WeightGradient(b.Graph, b.X, b.DY, w.Shape, geo) : null,
            b.Needs(2) ? Reduce.Sum(b.Graph, b.DY, [0, 2, 3], keepDims: false) : null,
        ];
    }

    /// <summary>
    /// dX [N,C,H,W] from dY [N,M,H',W']. With stride 1 it is a convolution of dY with the kernel flipped and in/out swapped, which ONNX
    /// Runtime runs faster than the transposed convolution that every other case needs (20 ms against 28 for 3×3). The same for a
    /// depthwise one, whose kernels have no in and out to swap.
    /// </summary>
    private static Value InputGradient(GraphBuilder g, Value dy, Value w, Shape x, ConvGeometry geo)
    {
        long reach = geo.Dilation * (w.Shape[2] - 1);
        bool suits = geo.Group == 1 || IsDepthwise(w.Shape, geo);
        bool isConvolution = geo.Stride == 1 && suits && w.Shape[2] == w.Shape[3] && geo.Pad <= reach;
        return isConvolution
            ? Emit(g, dy, FlipSwap(g, w, swap: geo.Group == 1), null, geo with { Pad = reach - geo.Pad })
            : ConvTranspose.Emit(g, dy, w, geo, x[2], x[3]);
    }

    private static bool IsDepthwise(Shape w, ConvGeometry geo) => w[1] == 1 && w[0] == geo.Group;

    /// <summary>
    /// [M,C,k,k] → [C,M,k,k], or as it was without <paramref name="swap"/>, each kernel turned by 180°. The turn is a product with a
    /// permutation matrix: exact, and no strided copy.
    /// </summary>
    private static Value FlipSwap(GraphBuilder g, Value w, bool swap)
    {
        long m = w.Shape[0], c = w.Shape[1], taps = w.Shape[2] * w.Shape[3];
        Value flat = Layout.Reshape(g, w, new Shape(m * c, taps));
        if (taps > 1)
        {
            float[] reversal = new float[taps * taps];
            for (long i = 0; i < taps; i++) reversal[((i + 1) * taps) - 1 - i] = 1;
            flat = MatrixProduct.Emit(g, flat, g.Constant(reversal, new Shape(taps, taps)), flat.Shape);
        }

        if (!swap) return Layout.Reshape(g, flat, w.Shape);
        Value swapped = Layout.Transpose(g, Layout.Reshape(g, flat, new Shape(m, c, taps)), 1, 0, 2); // [C,M,k·k]
        return Layout.Reshape(g, swapped, new Shape(c, m, w.Shape[2], w.Shape[3]));
    }

    /// <summary>
    /// dW [M,C/group,kH,kW], one matrix product for each kernel tap: dY × (x shifted by the tap)ᵀ, summed over the batch. Rows of the
    /// padded input follow one another, so a shift is one contiguous slice; dY is padded with zeros to the same row length, so that
    /// elements which wrap around a row's end count nothing. A stride goes through SpaceToDepth first, which makes each tap's samples
    /// neighbours. Slices with a step took 30 % of a training step; these are block copies.
    /// </summary>
    internal static Value WeightGradient(GraphBuilder g, Value x, Value dy, Shape w, ConvGeometry geo)
    {
        if (geo.Group > 1 && IsDepthwise(w, geo)) return DepthwiseWeightGradient(g, x, dy, w, geo);
        long n = x.Shape[0], channels = x.Shape[1], outputs = dy.Shape[1], s = geo.Stride, d = geo.Dilation;
        long reachY = (w[2] - 1) * d / s, reachX = (w[3] - 1) * d / s;
        long rows = dy.Shape[2] + reachY + (reachX > 0 ? 1 : 0), cols = dy.Shape[3] + reachX, length = dy.Shape[2] * cols;

        Value padded = Layout.Pad(g, x, geo.Pad, geo.Pad, (rows * s) - x.Shape[2] - geo.Pad, (cols * s) - x.Shape[3] - geo.Pad);
        if (s > 1) padded = Layout.SpaceToDepth(g, padded, s);
        Value flatX = Layout.Reshape(g, padded, new Shape(n, channels * s * s, rows * cols));
        Value flatY = Layout.Reshape(g, Layout.Pad(g, dy, 0, 0, 0, reachX), new Shape(n, outputs, length));

        List<Value> taps = [];
        for (long i = 0; i < w[2]; i++)
        {
            for (long j = 0; j < w[3]; j++)
            {
                long phase = (i * d % s * s) + (j * d % s), offset = (i * d / s * cols) + (j * d / s);
                long[] starts = [phase * channels, offset], ends = [(phase + 1) * channels, offset + length];
                Value shifted = Layout.Slice(g, flatX, [1, 2], starts, ends); // [N,C,length]
                taps.Add(TapGradient(g, flatY, shifted, geo.Group));
            }
        }

        Value stacked = Layout.Concat(g, taps, 0); // [kH·kW,M,C/group]
        Value moved = taps.Count == 1 ? stacked : Layout.Transpose(g, stacked, 1, 2, 0); // [M,C/group,kH·kW]
        return Layout.Reshape(g, moved, w);
    }

    /// <summary>
    /// dW [C,1,kH,kW] of a depthwise convolution: each plane of x convolved with its plane of dY, as large a kernel as that is, stride and
    /// dilation in each other's place. One product per tap reads as many numbers as it multiplies: 36 ms where this takes 16 (480
    /// planes of 18×24, 5×5, batch 8, quiet).
    /// </summary>
    private static Value DepthwiseWeightGradient(GraphBuilder g, Value x, Value dy, Shape w, ConvGeometry geo)
    {
        long n = x.Shape[0], planes = n * x.Shape[1];
        long Covered(int axis) => ((dy.Shape[axis] - 1) * geo.Stride) + ((w[axis] - 1) * geo.Dilation) + 1; // what no window reaches is cut
        (long h, long width) = (Covered(2), Covered(3));
        Value padded = Layout.Pad(g, x, geo.Pad, geo.Pad, h - x.Shape[2] - geo.Pad, width - x.Shape[3] - geo.Pad);
        Value image = Layout.Reshape(g, padded, new Shape(1, planes, h, width));
        Value kernels = Layout.Reshape(g, dy, new Shape(planes, 1, dy.Shape[2], dy.Shape[3]));
        Value taps = Emit(g, image, kernels, null, new ConvGeometry(geo.Dilation, 0, geo.Stride, planes)); // [1,N·C,kH,kW]
        return Layout.Reshape(g, Summed(g, taps, n, w.Count), w);
    }

    /// <summary>dY [N,M,L] × xᵀ [N,L,C], summed over N → [1,M,C/group].</summary>
    private static Value TapGradient(GraphBuilder g, Value dy, Value x, long group)
    {
        long n = x.Shape[0], m = dy.Shape[1], c = x.Shape[1] / group, length = x.Shape[2];
        if (group > 1)
        {
            dy = Layout.Reshape(g, dy, new Shape(n, group, m / group, length));
            x = Layout.Reshape(g, x, new Shape(n, group, c, length));
        }

        Value tap = MatrixProduct.EmitTransposed(g, dy, x); // [N,M,C], or [N,group,M/group,C/group]
        return Layout.Reshape(g, Summed(g, tap, n, m * c), new Shape(1, m, c));
    }

    /// <summary>
    /// The sum over the batch: n times as many numbers → [1,length]. As a product with ones: on all threads, 0.2 ms where ReduceSum takes
    /// 1.0 (256×256, batch 8).
    /// </summary>
    private static Value Summed(GraphBuilder g, Value x, long n, long length)
    {
        Value flat = Layout.Reshape(g, x, new Shape(n, length));
        return n == 1 ? flat : MatrixProduct.Emit(g, Layout.Ones(g, new Shape(1, n)), flat, new Shape(1, length));
    }
}
