using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Batch normalisation (Ioffe and Szegedy 2015, algorithm 1) over N, H and W: y = γ·(x − μ)/√(σ² + ε) + β.
/// ONNX Runtime's inference package has no training kernel for it, so it is composed here.
/// </summary>
public static class BatchNorm
{
    public const float Epsilon = 1e-5f;

    /// <summary>The width of ONNX Runtime's AVX-512 matrix kernels.</summary>
    private const long MostRows = 16;

    /// <summary>Training mode: x [N,C,H,W], γ and β [C] → y [N,C,H,W], the batch's mean and its biased variance, both [C].</summary>
    public static (Value Y, Value Mean, Value Variance) Train(GraphBuilder g, Value x, Value gamma, Value beta)
    {
        IReadOnlyList<Value> outputs = g.Composite("BatchNormTraining", [x, gamma, beta], () =>
        {
            float count = x.Shape[0] * x.Shape[2] * x.Shape[3];
            Value mean = Elementwise.Mul(g, ChannelSum(g, x), g.Constant(1 / count)); // [C], as all below but y
            Value square = Elementwise.Mul(g, ChannelDot(g, x, x), g.Constant(1 / count));
            Value variance = Elementwise.Max(g, Elementwise.Sub(g, square, Elementwise.Mul(g, mean, mean)), g.Constant(0f));
            Value scale = Elementwise.Mul(g, gamma, InverseDeviation(g, variance));
            Value y = Affine(g, x, scale, Elementwise.Sub(g, beta, Elementwise.Mul(g, mean, scale))); // [N,C,H,W]
            return [y, mean, variance];
        });
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>Inference mode, with given statistics [C].</summary>
    public static Value Apply(GraphBuilder g, Value x, Value gamma, Value beta, Value mean, Value variance)
        => g.Add("BatchNormalization", [x, gamma, beta, mean, variance], x.Shape, attributes: [("epsilon", Epsilon)]);

    /// <summary>
    /// dX = γ/σ·(dY − mean(dY) − x̂·mean(dY·x̂)), which is a·dY + slope·x + offset with one a, slope and offset per channel;
    /// dγ = Σ dY·x̂; dβ = Σ dY.
    /// </summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        Value x = b.X, gamma = b.Node.Inputs[1], mean = b.Node.Outputs[1], variance = b.Node.Outputs[2];
        Value count = g.Constant(x.Shape[0] * x.Shape[2] * (float)x.Shape[3]);
        Value inverse = InverseDeviation(g, variance); // 1/σ [C]
        Value dBeta = ChannelSum(g, b.DY); // [C]
        Value centred = Elementwise.Sub(g, ChannelDot(g, b.DY, x), Elementwise.Mul(g, mean, dBeta)); // Σ dY·(x − μ) [C]
        Value dGamma = Elementwise.Mul(g, centred, inverse); // [C]
        if (!b.Needs(0)) return [null, dGamma, dBeta];

        Value a = Elementwise.Mul(g, gamma, inverse); // γ/σ [C]
        Value slope = Elementwise.Div(g, Elementwise.Mul(g, a, Elementwise.Mul(g, dGamma, inverse)), Elementwise.Neg(g, count));
        Value meanTerm = Elementwise.Div(g, Elementwise.Mul(g, a, dBeta), Elementwise.Neg(g, count));
        Value offset = Elementwise.Sub(g, meanTerm, Elementwise.Mul(g, slope, mean));
        Value scaled = Elementwise.Mul(g, b.DY, Layout.Reshape(g, a, new Shape(1, a.Shape[0], 1, 1))); // a·dY [N,C,H,W]
        return [Elementwise.Add(g, scaled, Affine(g, x, slope, offset)), dGamma, dBeta];
    }

    /// <summary>scale·x + offset per channel: a depthwise 1×1 convolution does both in one pass, on all threads.</summary>
    private static Value Affine(GraphBuilder g, Value x, Value scale, Value offset)
    {
        long c = x.Shape[1];
        return Conv.Emit(g, x, Layout.Reshape(g, scale, new Shape(c, 1, 1, 1)), offset, new ConvGeometry(Group: c));
    }

    private static Value InverseDeviation(GraphBuilder g, Value variance)
        => Elementwise.Reciprocal(g, Elementwise.Sqrt(g, Elementwise.Add(g, variance, g.Constant(Epsilon))));

    /// <summary>Σ over N, H, W → [C]; rows first, which ONNX Runtime reduces fastest.</summary>
    private static Value ChannelSum(GraphBuilder g, Value x)
    {
        Value rows = Layout.Reshape(g, x, new Shape(x.Shape[0], x.Shape[1], x.Shape[2] * x.Shape[3])); // [N,C,H·W]
        return Reduce.Sum(g, Reduce.Sum(g, rows, [2], keepDims: false), [0], keepDims: false);
    }

    /// <summary>
    /// Σ a·b over N, H, W → [C]. Each channel's plane is cut into r rows, and the trace of rows × rowsᵀ is the sum: r times the
    /// arithmetic, but a matrix product, and no product of the whole tensors in memory.
    /// </summary>
    private static Value ChannelDot(GraphBuilder g, Value a, Value b)
    {
        long n = a.Shape[0], c = a.Shape[1], area = a.Shape[2] * a.Shape[3], r = MostRows;
        while (area % r != 0) r--;
        Shape rows = new(n * c, r, area / r);
        Value products = MatrixProduct.EmitTransposed(g, Layout.Reshape(g, a, rows), Layout.Reshape(g, b, rows)); // [N·C,r,r]
        float[] identity = new float[r * r];
        for (long i = 0; i < r; i++) identity[(i * r) + i] = 1;
        Value traces = Elementwise.Mul(g, products, g.Constant(identity, new Shape(1, r, r)));
        Value planes = Reduce.Sum(g, Layout.Reshape(g, traces, new Shape(n, c, r * r)), [2], keepDims: false); // [N,C]
        return Reduce.Sum(g, planes, [0], keepDims: false);
    }
}
