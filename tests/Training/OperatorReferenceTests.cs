using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Operators as ONNX Runtime runs them against plain loops written from their definitions.</summary>
public sealed class OperatorReferenceTests
{
    [Theory]
    [InlineData(3, 1, 1, 1, 1)]
    [InlineData(3, 2, 1, 1, 1)]
    [InlineData(3, 1, 2, 2, 1)]
    [InlineData(1, 1, 0, 1, 2)]
    [InlineData(4, 3, 2, 1, 2)]
    public void Conv_equals_the_definition(int kernel, int stride, int pad, int dilation, int group)
    {
        Shape xs = new(2, 4, 7, 6), ws = new(6, 4 / group, kernel, kernel);
        ConvGeometry geo = new(stride, pad, dilation, group);
        (Value y, float[] actual, float[] x, float[] w) = Run(xs, ws, (g, a, b) => Conv.Emit(g, a, b, null, geo));
        float[] expected = new float[y.Shape.Count];
        ForEachTap(xs, ws, y.Shape, geo, (xi, wi, yi) => expected[yi] += x[xi] * w[wi]);
        AssertClose(expected, actual);
    }

    [Theory]
    [InlineData(4, 2, 1, 1)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(3, 2, 0, 2)]
    public void ConvTranspose_equals_the_adjoint_of_Conv(int kernel, int stride, int pad, int group)
    {
        Shape xs = new(2, 4, 5, 4), ws = new(4, 6 / group, kernel, kernel);
        ConvGeometry geo = new(stride, pad, 1, group);
        (Value y, float[] actual, float[] x, float[] w) = Run(xs, ws, (g, a, b) => ConvTranspose.Emit(g, a, b, geo));
        float[] expected = new float[y.Shape.Count];
        // The same taps as the convolution that maps y's shape to x's, read the other way.
        ForEachTap(y.Shape, ws, xs, geo, (yi, wi, xi) => expected[yi] += x[xi] * w[wi]);
        AssertClose(expected, actual);
    }

    [Fact]
    public void MaxPool_switches_are_flat_over_the_batch()
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, new Shape(2, 3, 4, 6));
        (Value y, Value switches) = MaxPool.Emit(g, x, 2);
        Value asFloat = Elementwise.Cast(g, switches, ElementType.Float);
        float[] input = Ort.Spread(x.Shape.Count, 5);
        float[][] result = Ort.Run(g, [y, asFloat], new Dictionary<string, Array>(StringComparer.Ordinal) { ["x"] = input });
        int i = 0;
        for (int plane = 0; plane < 6; plane++)
        {
            for (int row = 0; row < 4; row += 2)
            {
                for (int column = 0; column < 6; column += 2, i++)
                {
                    int first = (plane * 24) + (row * 6) + column;
                    int winner = new[] { first, first + 1, first + 6, first + 7 }.MaxBy(k => input[k]);
                    Assert.Equal(input[winner], result[0][i]);
                    Assert.Equal(winner, result[1][i]);
                }
            }
        }
    }

    /// <summary>One pixel is easy (p above 0.7), two are hard; with hardOnly the easy one, a third of the weight, must not count.</summary>
    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(true, 0.0)]
    [InlineData(false, 0.3)]
    public void Hard_pixels_and_smoothed_targets_equal_their_definitions(bool hardOnly, double smoothing)
    {
        GraphBuilder g = new();
        Value logits = g.Input("logits", ElementType.Float, new Shape(1, 2, 1, 3));
        Value labels = g.Input("labels", ElementType.UInt8, new Shape(1, 1, 3));
        Value loss = SoftmaxCrossEntropy.Emit(g, logits, labels, [1, 1], hardOnly, (float)smoothing);
        float[] margins = [2f, 0.2f, -1f]; // of the true class over the other
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal)
        {
            ["logits"] = new[] { margins[0], margins[1], margins[2], 0, 0, 0 },
            ["labels"] = new byte[] { 0, 0, 0 },
        };
        double Cost(float margin)
        {
            double p = 1 / (1 + Math.Exp(-margin));
            return (-(1 - (smoothing / 2)) * Math.Log(p)) - (smoothing / 2 * Math.Log(1 - p));
        }

        double expected = margins.Skip(hardOnly ? 1 : 0).Average(Cost);
        Assert.Equal(expected, Ort.Run(g, [loss], inputs)[0][0], 5);
    }

    [Fact]
    public void All_pixels_count_if_hardly_any_is_hard()
    {
        GraphBuilder g = new();
        Value logits = g.Input("logits", ElementType.Float, new Shape(1, 2, 1, 4));
        Value labels = g.Input("labels", ElementType.UInt8, new Shape(1, 1, 4));
        Value loss = SoftmaxCrossEntropy.Emit(g, logits, labels, [1, 1], hardOnly: true);
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal)
        {
            ["logits"] = new[] { 4f, 4, 4, 4, 0, 0, 0, 0 },
            ["labels"] = new byte[4],
        };
        Assert.Equal(Math.Log(1 + Math.Exp(-4)), Ort.Run(g, [loss], inputs)[0][0], 5);
    }

    [Fact]
    public void SoftmaxCrossEntropy_equals_the_definition()
    {
        GraphBuilder g = new();
        Value logits = g.Input("logits", ElementType.Float, new Shape(1, 3, 1, 4));
        Value labels = g.Input("labels", ElementType.UInt8, new Shape(1, 1, 4));
        Value loss = SoftmaxCrossEntropy.Emit(g, logits, labels, [1, 2, 4]);
        float[] z = [1, 2, 3, 4, 0, 1, -1, 90, 2, 0, 5, 1];
        byte[] truth = [0, 2, 255, 1];
        double total = 0, weights = 0;
        for (int p = 0; p < 4; p++)
        {
            if (truth[p] > 2) continue;
            double[] column = [z[p], z[4 + p], z[8 + p]];
            double logSum = column.Max() + Math.Log(column.Sum(v => Math.Exp(v - column.Max())));
            double weight = 1 << truth[p];
            total += weight * (logSum - column[truth[p]]);
            weights += weight;
        }

        float[][] result = Ort.Run(g, [loss], new Dictionary<string, Array>(StringComparer.Ordinal) { ["logits"] = z, ["labels"] = truth });
        Assert.Equal(total / weights, result[0][0], 4);
    }

    [Fact]
    public void Dropout_keeps_the_share_it_should_and_changes_with_the_step()
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, new Shape(1, 50_000)), step = g.Input("step", ElementType.Float, Shape.Scalar);
        Value y = Dropout.Emit(g, x, 0.3f, step, seed: 1);
        float[] ones = [.. Enumerable.Repeat(1f, 50_000)];
        float[] At(float t)
        {
            Dictionary<string, Array> inputs = new(StringComparer.Ordinal) { ["x"] = ones, ["step"] = new[] { t } };
            return Ort.Run(g, [y], inputs)[0];
        }

        float[] first = At(12), second = At(40515);
        Assert.InRange(first.Count(v => v == 0) / 50_000.0, 0.28, 0.32);
        Assert.InRange(first.Average(), 0.97, 1.03);
        // Independent masks agree in 0.3² + 0.7² = 58 % of places.
        Assert.InRange(first.Zip(second).Count(p => p.First == p.Second) / 50_000.0, 0.55, 0.61);
        Assert.Equal(first, At(12));
    }

    private static (Value Y, float[] Actual, float[] X, float[] W) Run(Shape xs, Shape ws, Func<GraphBuilder, Value, Value, Value> op)
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, xs), w = g.Input("w", ElementType.Float, ws);
        Value y = op(g, x, w);
        float[] xv = Ort.Spread(xs.Count, 1), wv = Ort.Spread(ws.Count, 2);
        return (y, Ort.Run(g, [y], new Dictionary<string, Array>(StringComparer.Ordinal) { ["x"] = xv, ["w"] = wv })[0], xv, wv);
    }

    /// <summary>Calls back with the flat indices of input, weight and output of each product of a convolution x → y.</summary>
    private static void ForEachTap(Shape x, Shape w, Shape y, ConvGeometry geo, Action<long, long, long> tap)
    {
        long perGroup = w[0] / geo.Group;
        for (long n = 0; n < y[0]; n++)
            for (long m = 0; m < w[0]; m++)
                for (long c = 0; c < w[1]; c++)
                    for (long i = 0; i < w[2]; i++)
                        for (long j = 0; j < w[3]; j++)
                            for (long oy = 0; oy < y[2]; oy++)
                                for (long ox = 0; ox < y[3]; ox++)
                                {
                                    long iy = (oy * geo.Stride) + (i * geo.Dilation) - geo.Pad;
                                    long ix = (ox * geo.Stride) + (j * geo.Dilation) - geo.Pad;
                                    if (iy < 0 || iy >= x[2] || ix < 0 || ix >= x[3]) continue;
                                    long channel = (m / perGroup * w[1]) + c;
                                    tap(At(x, n, channel, iy, ix), At(w, m, c, i, j), At(y, n, m, oy, ox));
                                }
    }

    /// <summary>Flat index of an element of a tensor of rank 4.</summary>
    private static long At(Shape s, long a, long b, long c, long d) => (((((a * s[1]) + b) * s[2]) + c) * s[3]) + d;

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            bool close = Math.Abs(expected[i] - actual[i]) < 1e-4;
            Assert.True(close, $"[{i}]: definition {expected[i]}, ONNX Runtime {actual[i]}");
        }
    }
}
