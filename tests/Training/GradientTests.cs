using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Every gradient rule against central differences of the graph that it differentiates.</summary>
public sealed class GradientTests
{
    private const float Step = 1e-2f, LeastGradient = 1e-3f;

    private static readonly Row[] Rows =
    [
        new("Add", "with broadcast", [new(2, 3, 4), new(3, 1)], (g, x) => Elementwise.Add(g, x[0], x[1])),
        new("Sub", "with broadcast", [new(2, 3, 4), new(3, 1)], (g, x) => Elementwise.Sub(g, x[0], x[1])),
        new("Mul", "with broadcast", [new(2, 3, 4), new(1, 3, 1)], (g, x) => Elementwise.Mul(g, x[0], x[1])),
        new("Mul", "of a value used twice", [new(2, 3), new(2, 3)], (g, x) => UsedTwice(g, x[0], x[1])),
        new("Div", "with broadcast", [new(2, 3, 4), new(3, 1)], (g, x) => Elementwise.Div(g, x[0], Apart(g, x[1]))),
        new("Relu", "at both signs", [new(3, 8)], (g, x) => Relu.Emit(g, x[0])),
        new("Mul", "by a gate of each channel", [new(2, 3, 4, 5), new(2, 3, 1, 1)], (g, x) => Elementwise.Mul(g, x[0], x[1])),
        new("Clip", "at, below and above its bounds", [new(3, 8)], (g, x) => Clip.Emit(g, x[0], -0.5f, 0.75f)),
        new("Clip", "with an upper bound alone", [new(3, 8)], (g, x) => Clip.Emit(g, x[0], float.MinValue, 0.25f)),
        new("Sigmoid", "", [new(3, 8)], (g, x) => Sigmoid.Emit(g, x[0])),
        new("HardSigmoid", "with saturated ends", [new(3, 8)], (g, x) => HardSigmoid.Emit(g, x[0], 0.8f, 0.4f)),
        new("HardSigmoid", "as hard swish", [new(3, 8)], (g, x) => HardSwish(g, x[0])),
        Convolution(3, new(Stride: 1, Pad: 1)),
        Convolution(3, new(Stride: 2, Pad: 1)),
        Convolution(3, new(Stride: 2, Pad: 0)),
        Convolution(3, new(Stride: 1, Pad: 2, Dilation: 2)),
        Convolution(3, new(Stride: 2, Pad: 2, Dilation: 2)),
        Convolution(1, new(Stride: 1, Pad: 0)),
        Convolution(3, new(Stride: 1, Pad: 1, Group: 2)),
        Convolution(3, new(Stride: 2, Pad: 1, Group: 2)),
        Convolution(5, new(Stride: 4, Pad: 2)),
        Convolution(2, new(Stride: 1, Pad: 0, Group: 4)),
        Depthwise(3, new(Stride: 1, Pad: 1, Group: 4)),
        Depthwise(3, new(Stride: 1, Pad: 2, Dilation: 2, Group: 4)),
        Depthwise(5, new(Stride: 1, Pad: 0, Group: 4)),
        Depthwise(3, new(Stride: 2, Pad: 1, Group: 4)),
        Transposed(4, new(Stride: 2, Pad: 1)),
        Transposed(3, new(Stride: 1, Pad: 1)),
        Transposed(3, new(Stride: 2, Pad: 0, Group: 2)),
        Transposed(8, new(Stride: 4, Pad: 2)),
        new("BatchNormTraining", "", [new(3, 2, 4, 5), new(2), new(2)], (g, x) => BatchNorm.Train(g, x[0], x[1], x[2]).Y),
        new("MaxPool", "2×2", [new(2, 3, 4, 6)], (g, x) => MaxPool.Emit(g, x[0], 2).Y),
        Pool("MaxPool", new(3, 2, 0, 0), (g, x, geo) => MaxPool.Emit(g, x, geo).Y),
        Pool("MaxPool", new(3, 2, 0, 1), (g, x, geo) => MaxPool.Emit(g, x, geo).Y),
        Pool("MaxPool", new(2, 2, 1, 1), (g, x, geo) => MaxPool.Emit(g, x, geo).Y),
        Pool("MaxPool", new(2, 1, 1, 1), (g, x, geo) => MaxPool.Emit(g, x, geo).Y),
        Pool("AveragePool", new(2, 2, 0, 0), AveragePool.Emit),
        Pool("AveragePool", new(3, 2, 0, 1), AveragePool.Emit),
        Pool("AveragePool", new(3, 1, 1, 1), AveragePool.Emit),
        new("LRN", "over 5 channels", [new(2, 7, 2, 3)], (g, x) => Lrn.Emit(g, x[0], 5, alpha: 0.5f, beta: 0.75f, bias: 1.5f)),
        new("LRN", "over 3 channels", [new(2, 7, 2, 3)], (g, x) => Lrn.Emit(g, x[0], 3, alpha: 0.5f, beta: 0.75f, bias: 1.5f)),
        new("MaxUnpool", "by another's switches", [new(2, 3, 2, 3), new(2, 3, 4, 6)], Unpooled, Differentiated: 1),
        new("MaxUnpool", "by its own switches", [new(2, 3, 4, 6)], (g, x) => PooledAndUnpooled(g, x[0])),
        new("Dropout", "of one step", [new(4, 9)], (g, x) => Dropout.Emit(g, x[0], 0.4f, g.Constant(37f), seed: 3)),
        new("Resize", "by 2", [new(2, 2, 3, 4)], (g, x) => Resize.Emit(g, x[0], 2)),
        new("Resize", "by 4", [new(2, 2, 3, 4)], (g, x) => Resize.Emit(g, x[0], 4)),
        new("Resize", "by 8", [new(2, 2, 3, 4)], (g, x) => Resize.Emit(g, x[0], 8)),
        new("FakeQuantize", "below, within and above its codes", [new(4, 9)], (g, x) => FakeQuantize.Emit(g, x[0], Step / 2, 100)),
        new("FakeRound", "to a step of each channel", [new(3, 8)], (g, x) => FakeQuantize.Rounded(g, x[0], Steps(g))),
        new("Reshape", "", [new(2, 6), new(3, 4)], (g, x) => Elementwise.Mul(g, Layout.Reshape(g, x[0], new Shape(3, 4)), x[1])),
        new("Concat", "of channels", [new(2, 3, 2, 2), new(2, 1, 2, 2)], (g, x) => Layout.Concat(g, x, 1)),
        new("Expand", "of a cell", [new(2, 3, 1, 1), new(2, 1, 4, 5)],
            (g, x) => Elementwise.Mul(g, Layout.Spread(g, x[0], x[1]), x[1])),
        new("Slice", "as a crop", [new(2, 3, 6, 5)], (g, x) => Layout.Slice(g, x[0], [2, 3], [1, 2], [5, 4])),
        new("Pad", "by positive and negative sizes", [new(2, 3, 6, 5)], (g, x) => Layout.Pad(g, x[0], 2, 1, -1, 3)),
        new("ReduceMean", "over the image", [new(2, 3, 4, 5)], (g, x) => Reduce.Mean(g, x[0], [2, 3])),
        new("ReduceSum", "over the middle", [new(2, 3, 4)], (g, x) => Reduce.Sum(g, x[0], [1], keepDims: false)),
        CrossEntropy(hardOnly: false, smoothing: 0),
        CrossEntropy(hardOnly: false, smoothing: 0.1f),
        CrossEntropy(hardOnly: true, smoothing: 0),
        CrossEntropy(hardOnly: true, smoothing: 0.2f),
        new("SoftmaxSquaredError", "with weights and ignored pixels", [new(2, 4, 2, 3)], (g, x) => SquaredError(g, x[0])),
        new("SoftCrossEntropy", "against probabilities", [new(2, 3, 2, 2)], (g, x) => SoftCrossEntropy.Emit(g, x[0], Taught(g))),
    ];

    public static TheoryData<string> RowNames { get; } = [.. Rows.Select(r => r.ToString())];

    [Theory]
    [MemberData(nameof(RowNames))]
    public void Rule_equals_central_differences(string row) => Check(Rows.Single(r => r.ToString() == row));

    [Fact]
    public void Every_rule_has_a_row() => Assert.Empty(Uncovered(Gradients.Operators));

    [Fact]
    public void A_rule_without_a_row_is_found() => Assert.Equal("Gelu", Assert.Single(Uncovered([.. Gradients.Operators, "Gelu"])));

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

    [Fact]
    public void A_loss_of_several_numbers_and_a_constant_of_too_few_are_refused()
    {
        GraphBuilder g = new();
        Value x = g.Input("x", ElementType.Float, new Shape(3));
        ArgumentException e = Assert.Throws<ArgumentException>(() => Gradients.Of(g, Elementwise.Mul(g, x, x), [x]));
        Assert.StartsWith("a loss is one number", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => g.Constant([1f, 2f, 3f], new Shape(4)));
    }

    /// <summary>Operators that no row differentiates.</summary>
    private static IEnumerable<string> Uncovered(IEnumerable<string> operators)
        => operators.Except(Rows.Select(r => r.Op), StringComparer.Ordinal);

    /// <summary>Loss = Σ y·r with fixed random r, so that every element of y counts differently.</summary>
    private static void Check(Row row)
    {
        GraphBuilder g = new();
        Value[] x = [.. row.Inputs.Select((s, i) => g.Input($"x{i}", ElementType.Float, s))];
        Value y = row.Emit(g, x);
        Assert.Contains(g.Nodes, n => n.Op == row.Op); // otherwise the row would not cover its rule
        float[] weights = y.Shape.Count == 1 ? [0.7f] : Ort.Spread(y.Shape.Count, 99); // a spread of one number would be 0
        Value loss = Reduce.SumAll(g, Elementwise.Mul(g, y, g.Constant(weights, y.Shape)));
        IReadOnlyList<Value> gradients = Gradients.Of(g, loss, [.. x.Take(row.Differentiated ?? x.Length)]);
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal);
        foreach ((Value v, int i) in x.Select((v, i) => (v, i))) inputs[v.Name] = Ort.Spread(v.Shape.Count, i + 1);
        float[][] analytic = Ort.Run(g, gradients, inputs);
        using OrtRunner forward = new(g, [loss], inputs);
        for (int i = 0; i < gradients.Count; i++)
        {
            Assert.Equal(x[i].Shape, gradients[i].Shape);
            Assert.Contains(analytic[i], v => Math.Abs(v) > LeastGradient); // or zeros would be compared with zeros
            CompareWithDifferences(forward, x[i].Name, (float[])inputs[x[i].Name], analytic[i]);
        }
    }

    /// <summary>
    /// About 60 elements of a gradient, by moving each element of the input a little to both sides, within a share of the largest one,
    /// which in a mean over pixels is far below 1.
    /// </summary>
    private static void CompareWithDifferences(OrtRunner forward, string input, float[] values, float[] analytic)
    {
        double scale = Math.Min(1, analytic.Max(Math.Abs));
        for (int j = 0; j < values.Length; j += Math.Max(1, values.Length / 60))
        {
            float old = values[j];
            values[j] = old + Step;
            double up = forward.Run()[0][0];
            values[j] = old - Step;
            double down = forward.Run()[0][0];
            values[j] = old;
            double numeric = (up - down) / (2 * Step);
            Assert.True(
                Math.Abs(numeric - analytic[j]) < 2e-2 * Math.Max(scale, Math.Abs(numeric)),
                $"d/d{input}[{j}]: rule {analytic[j]}, differences {numeric}");
        }
    }

    private static Row Convolution(int kernel, ConvGeometry geo)
    {
        Shape[] inputs = [new(2, 4, 9, 8), new(8, 4 / geo.Group, kernel, kernel), new(8)];
        return new("Conv", Described(kernel, geo), inputs, (g, x) => Conv.Emit(g, x[0], x[1], x[2], geo));
    }

    private static Row Depthwise(int kernel, ConvGeometry geo)
    {
        Shape[] inputs = [new(2, geo.Group, 9, 8), new(geo.Group, 1, kernel, kernel), new(geo.Group)];
        return new("Conv", "depthwise " + Described(kernel, geo), inputs, (g, x) => Conv.Emit(g, x[0], x[1], x[2], geo));
    }

    private static Row Transposed(int kernel, ConvGeometry geo)
    {
        Shape[] inputs = [new(2, 4, 5, 4), new(4, 6 / geo.Group, kernel, kernel)];
        return new("ConvTranspose", Described(kernel, geo), inputs, (g, x) => ConvTranspose.Emit(g, x[0], x[1], geo));
    }

    private static string Described(int kernel, ConvGeometry geo)
        => $"{kernel}×{kernel}, stride {geo.Stride}, padding {geo.Pad}, dilation {geo.Dilation}, groups {geo.Group}";

    private static Row Pool(string op, PoolGeometry geo, Func<GraphBuilder, Value, PoolGeometry, Value> emit)
    {
        string windows = $"{geo.Kernel}×{geo.Kernel}, stride {geo.Stride}, padding {geo.Before} and {geo.After}";
        return new(op, windows, [new(2, 2, 7, 6)], (g, x) => emit(g, x[0], geo));
    }

    private static Row CrossEntropy(bool hardOnly, float smoothing)
    {
        Value Emit(GraphBuilder g, Value[] x) => SoftmaxCrossEntropy.Emit(g, x[0], Truth(g), [1f, 0.5f, 2f, 3f], hardOnly, smoothing);
        return new("SoftmaxCrossEntropy", $"hard {hardOnly}, smoothing {smoothing}", [new(2, 4, 2, 3)], Emit);
    }

    /// <summary>Over ±5, so that both of its bends are inside.</summary>
    private static Value HardSwish(GraphBuilder g, Value x)
    {
        Value wide = Elementwise.Mul(g, x, g.Constant(5f));
        return Elementwise.Mul(g, wide, HardSigmoid.Emit(g, wide));
    }

    /// <summary>Away from 0.</summary>
    private static Value Apart(GraphBuilder g, Value x) => Elementwise.Add(g, x, g.Constant(3f));

    /// <summary>Whole parts of a difference's step, which rounding then leaves as it is.</summary>
    private static Value Steps(GraphBuilder g) => g.Constant([Step, Step / 2, Step / 5], new Shape(3, 1));

    private static Value SquaredError(GraphBuilder g, Value x) => SoftmaxSquaredError.Emit(g, x, Truth(g), [1f, 0.5f, 2f, 3f]);

    /// <summary>Probabilities of three classes for two images of four pixels.</summary>
    private static Value Taught(GraphBuilder g)
    {
        float[][] planes = [[0.7f, 0, 0.2f, 1], [0.2f, 0.5f, 0.2f, 0], [0.1f, 0.5f, 0.6f, 0]];
        return g.Constant([.. planes.SelectMany(p => p), .. planes.Reverse().SelectMany(p => p)], new Shape(2, 3, 2, 2));
    }

    private static Value Truth(GraphBuilder g)
        => g.Constant([0, 2, 1, 255, 2, 0, 3, 1, 1, 255, 0, 2], ElementType.UInt8, new Shape(2, 2, 3));

    private static Value UsedTwice(GraphBuilder g, Value a, Value b)
        => Elementwise.Add(g, Elementwise.Mul(g, a, b), Elementwise.Mul(g, a, a));

    private static Value Unpooled(GraphBuilder g, Value[] x) => MaxUnpool.Emit(g, x[0], MaxPool.Emit(g, x[1], 2).Switches, 2);

    private static Value PooledAndUnpooled(GraphBuilder g, Value x)
    {
        (Value y, Value switches) = MaxPool.Emit(g, x, 2);
        return MaxUnpool.Emit(g, y, switches, 2);
    }

    /// <summary>One case of a rule.</summary>
    /// <param name="Op">The rule's operator.</param>
    /// <param name="Case">What is special about it.</param>
    /// <param name="Inputs">Shapes of the inputs.</param>
    /// <param name="Emit">The graph to differentiate.</param>
    /// <param name="Differentiated">Number of leading inputs to differentiate for; null for all.</param>
    private sealed record Row(string Op, string Case, Shape[] Inputs, Func<GraphBuilder, Value[], Value> Emit, int? Differentiated = null)
    {
        public override string ToString() => $"{Op} {Case}".TrimEnd();
    }
}
