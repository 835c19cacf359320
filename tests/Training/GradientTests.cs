using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Every gradient rule against central differences of the graph it differentiates.</summary>
public sealed class GradientTests
{
    private const float Step = 1e-2f;

    [Fact]
    public void Add_with_broadcast() => Check(new(2, 3, 4), new(3, 1), (g, x) => Elementwise.Add(g, x[0], x[1]));

    [Fact]
    public void Mul_with_broadcast() => Check(new(2, 3, 4), new(1, 3, 1), (g, x) => Elementwise.Mul(g, x[0], x[1]));

    [Fact]
    public void Relu_at_both_signs() => Check([new(3, 8)], (g, x) => Relu.Emit(g, x[0]));

    [Theory]
    [InlineData(3, 1, 1, 1, 1)]
    [InlineData(3, 2, 1, 1, 1)]
    [InlineData(3, 2, 0, 1, 1)]
    [InlineData(3, 1, 2, 2, 1)]
    [InlineData(3, 2, 2, 2, 1)]
    [InlineData(1, 1, 0, 1, 1)]
    [InlineData(3, 1, 1, 1, 2)]
    [InlineData(3, 2, 1, 1, 2)]
    [InlineData(5, 4, 2, 1, 1)]
    [InlineData(2, 1, 0, 1, 4)]
    public void Conv_with(int kernel, int stride, int pad, int dilation, int group)
    {
        ConvGeometry geo = new(stride, pad, dilation, group);
        Check([new(2, 4, 9, 8), new(8, 4 / group, kernel, kernel), new(8)], (g, x) => Conv.Emit(g, x[0], x[1], x[2], geo));
    }

    [Theory]
    [InlineData(4, 2, 1, 1)]
    [InlineData(3, 1, 1, 1)]
    [InlineData(3, 2, 0, 2)]
    [InlineData(8, 4, 2, 1)]
    public void ConvTranspose_with(int kernel, int stride, int pad, int group)
    {
        ConvGeometry geo = new(stride, pad, 1, group);
        Check(new(2, 4, 5, 4), new(4, 6 / group, kernel, kernel), (g, x) => ConvTranspose.Emit(g, x[0], x[1], geo));
    }

    [Fact]
    public void BatchNorm_in_training_mode() => Check([new(3, 2, 4, 5), new(2), new(2)], (g, x) => BatchNorm.Train(g, x[0], x[1], x[2]).Y);

    [Fact]
    public void MaxPool_of_a_batch() => Check([new(2, 3, 4, 6)], (g, x) => MaxPool.Emit(g, x[0], 2).Y);

    [Theory]
    [InlineData(3, 2, 0, 0)]
    [InlineData(3, 2, 0, 1)]
    [InlineData(2, 1, 1, 1)]
    public void Overlapping_MaxPool_of_a_batch(int kernel, int stride, int before, int after)
        => Check([new(2, 2, 7, 6)], (g, x) => MaxPool.Emit(g, x[0], new PoolGeometry(kernel, stride, before, after)).Y);

    [Theory]
    [InlineData(2, 2, 0, 0)]
    [InlineData(3, 2, 0, 1)]
    [InlineData(3, 1, 1, 1)]
    public void AveragePool_of_a_batch(int kernel, int stride, int before, int after)
        => Check([new(2, 2, 7, 6)], (g, x) => AveragePool.Emit(g, x[0], new PoolGeometry(kernel, stride, before, after)));

    [Theory]
    [InlineData(5)]
    [InlineData(3)]
    public void Lrn_across_channels(int size) => Check([new(2, 7, 2, 3)], (g, x) => Lrn.Emit(g, x[0], size, alpha: 0.5f, beta: 0.75f, bias: 1.5f));

    [Fact]
    public void MaxUnpool_of_a_batch() => Check(new(2, 3, 2, 3), new(2, 3, 4, 6), (g, x) => MaxUnpool.Emit(g, x[0], MaxPool.Emit(g, x[1], 2).Switches, 2), inputs: 1);

    [Fact]
    public void Pool_and_unpool_by_the_same_switches() => Check([new(2, 3, 4, 6)], (g, x) =>
    {
        (Value y, Value switches) = MaxPool.Emit(g, x[0], 2);
        return MaxUnpool.Emit(g, y, switches, 2);
    });

    [Fact]
    public void Dropout_of_one_step() => Check([new(4, 9)], (g, x) => Dropout.Emit(g, x[0], 0.4f, g.Constant(37f), seed: 3));

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Resize_by(int factor) => Check([new(2, 2, 3, 4)], (g, x) => Resize.Emit(g, x[0], factor));

    [Fact]
    public void Concat_of_channels() => Check(new(2, 3, 2, 2), new(2, 1, 2, 2), (g, x) => Layout.Concat(g, x, 1));

    [Fact]
    public void Slice_as_a_crop() => Check([new(2, 3, 6, 5)], (g, x) => Layout.Slice(g, x[0], [2, 3], [1, 2], [5, 4]));

    [Fact]
    public void Pad_and_negative_pad() => Check([new(2, 3, 6, 5)], (g, x) => Layout.Pad(g, x[0], 2, 1, -1, 3));

    [Fact]
    public void ReduceMean_over_the_picture() => Check([new(2, 3, 4, 5)], (g, x) => Reduce.Mean(g, x[0], [2, 3]));

    [Fact]
    public void ReduceSum_over_the_middle() => Check([new(2, 3, 4)], (g, x) => Reduce.Sum(g, x[0], [1], keepDims: false));

    [Theory]
    [InlineData(false, 0f)]
    [InlineData(false, 0.1f)]
    [InlineData(true, 0f)]
    [InlineData(true, 0.2f)]
    public void SoftmaxCrossEntropy_with_weights_and_ignored_pixels(bool hardOnly, float smoothing)
        => Check([new(2, 4, 2, 3)], (g, x) => SoftmaxCrossEntropy.Emit(g, x[0], Truth(g), [1f, 0.5f, 2f, 3f], hardOnly, smoothing));

    [Fact]
    public void SoftmaxSquaredError_with_weights_and_ignored_pixels()
        => Check([new(2, 4, 2, 3)], (g, x) => SoftmaxSquaredError.Emit(g, x[0], Truth(g), [1f, 0.5f, 2f, 3f]));

    [Fact]
    public void A_value_used_twice_gets_both_gradients()
        => Check(new(2, 3), new(2, 3), (g, x) => Elementwise.Add(g, Elementwise.Mul(g, x[0], x[1]), Elementwise.Mul(g, x[0], x[0])));

    [Fact]
    public void An_operator_without_a_rule_is_named()
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, new Shape(2));
        Value loss;
        using (g.Scope("stem")) loss = Reduce.SumAll(g, Elementwise.Exp(g, x));
        NotSupportedException e = Assert.Throws<NotSupportedException>(() => Gradients.Of(g, loss, [x]));
        Assert.Contains("Exp", e.Message, StringComparison.Ordinal);
        Assert.Contains("stem", e.Message, StringComparison.Ordinal);
    }

    private static Value Truth(GraphBuilder g)
        => g.Constant([0, 2, 1, 255, 2, 0, 3, 1, 1, 255, 0, 2], ElementType.UInt8, new Shape(2, 2, 3));

    private static void Check(Shape a, Shape b, Func<GraphBuilder, Value[], Value> op, int inputs = 2) => Check([a, b], op, inputs);

    /// <summary>Loss = Σ y·r with fixed random r, so that every element of y counts differently.</summary>
    private static void Check(Shape[] shapes, Func<GraphBuilder, Value[], Value> op, int? differentiated = null)
    {
        GraphBuilder g = new();
        Value[] x = [.. shapes.Select((s, i) => g.Input($"x{i}", ElementType.Float, s))];
        Value y = op(g, x);
        Value loss = Reduce.SumAll(g, Elementwise.Mul(g, y, g.Constant(Ort.Spread(y.Shape.Count, 99), y.Shape)));
        IReadOnlyList<Value> gradients = Gradients.Of(g, loss, [.. x.Take(differentiated ?? x.Length)]);
        Dictionary<string, Array> inputs = x.Select((v, i) => (v.Name, (Array)Ort.Spread(v.Shape.Count, i + 1))).ToDictionary(p => p.Name, p => p.Item2, StringComparer.Ordinal);
        float[][] analytic = Ort.Run(g, gradients, inputs);
        using OrtRunner forward = new(g, [loss], inputs);

        for (int i = 0; i < gradients.Count; i++)
        {
            Assert.Equal(x[i].Shape, gradients[i].Shape);
            float[] values = (float[])inputs[x[i].Name];
            for (int j = 0; j < values.Length; j += Math.Max(1, values.Length / 60))
            {
                float old = values[j];
                values[j] = old + Step;
                double up = forward.Run()[0][0];
                values[j] = old - Step;
                double down = forward.Run()[0][0];
                values[j] = old;
                double numeric = (up - down) / (2 * Step);
                Assert.True(Math.Abs(numeric - analytic[i][j]) < 2e-2 * Math.Max(1, Math.Abs(numeric)), $"d/d{x[i].Name}[{j}]: rule {analytic[i][j]}, differences {numeric}");
            }
        }
    }
}
