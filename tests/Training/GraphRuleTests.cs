using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Autodiff;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Optim;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>
/// What operators refuse, which nodes a gradient is made of where several ways give the same numbers, and the numbers of a step.
/// </summary>
public sealed class GraphRuleTests
{
    private readonly GraphBuilder _g = new();

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_by_name()
    {
        Value x = Float(1, 4, 5, 6), three = Float(2, 3, 3, 3), four = Float(3, 4, 3, 3);
        Refused("Conv: weights", () => Conv.Emit(_g, x, three, null, new ConvGeometry()));
        Refused("with 2 groups do not fit", () => Conv.Emit(_g, x, Float(3, 2, 3, 3), null, new ConvGeometry(Group: 2)));
        Refused("ConvTranspose: weights", () => ConvTranspose.Emit(_g, x, three, new ConvGeometry()));
        ConvGeometry half = new(Stride: 2, Pad: 1);
        Assert.Equal(new Shape(1, 3, 10, 12), ConvTranspose.Emit(_g, x, Float(4, 3, 3, 3), half, 10, 12).Shape);
        Assert.Equal(new Shape(1, 3, 9, 11), ConvTranspose.Emit(_g, x, Float(4, 3, 3, 3), half).Shape);
        Refused("cannot give 11×12", () => ConvTranspose.Emit(_g, x, Float(4, 3, 3, 3), half, 11, 12));
        Refused("cannot give 10×10", () => ConvTranspose.Emit(_g, x, Float(4, 3, 3, 3), half, 10, 10));
        Refused("slice 2..2 of axis 3", () => Layout.Slice(_g, x, [3], [2], [2]));
        Refused("slice 0..7 of axis 3", () => Layout.Slice(_g, x, [2, 3], [0, 0], [5, 7]));
        Refused("slice -1..2 of axis 0", () => Layout.Slice(_g, x, [0], [-1], [2]));
        Refused("MaxUnpool: switches", () => MaxUnpool.Emit(_g, x, four, 2));
        Refused("must be int64", () => Gather.Channel(_g, x, Float(1, 1, 5, 6)));
        Refused("2 class weights for 4 classes", () => SoftmaxCrossEntropy.Emit(_g, x, Bytes(1, 5, 6), [1, 2]));
        foreach (float p in new[] { -0.1f, 1 })
            Assert.Throws<ArgumentOutOfRangeException>(() => Dropout.Emit(_g, x, p, _g.Constant(1f), seed: 1));
        Assert.Equal(x.Shape, Dropout.Emit(_g, x, 0, _g.Constant(1f), seed: 1).Shape);
        Assert.Equal(new Shape(2, 3, 4), Layout.CellCentres(_g, Bytes(2, 12, 16), 4).Shape);
    }

    [Fact]
    public void What_changes_nothing_adds_no_node()
    {
        Value x = Float(1, 4, 6, 6);
        Value frame = _g.Input("frame", ElementType.UInt8, new Shape(1, 64, 32, 3));
        Assert.Same(x, Layout.Reshape(_g, x, x.Shape));
        Assert.Same(x, Layout.Pad(_g, x, 0, 0, 0, 0));
        Assert.Same(x, Layout.Slice(_g, x, [2], [0], [6]));
        Assert.Same(x, Layout.Concat(_g, [x], 1));
        Assert.Same(x, Resize.Emit(_g, x, 1));
        Assert.Same(x, Elementwise.Cast(_g, x, ElementType.Float));
        Assert.Same(frame, FrameOps.PadToMultiple(_g, frame, 32));
        Assert.Same(frame, FrameOps.Scale(_g, frame, 1));
        Assert.Empty(_g.Nodes);
        foreach ((long top, long left, long bottom, long right) in new[] { (1L, 0L, 0L, 0L), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1) })
            Assert.Equal(new Shape(1, 4, 6 + top + bottom, 6 + left + right), Layout.Pad(_g, x, top, left, bottom, right).Shape);
        Assert.NotSame(frame, FrameOps.PadToMultiple(_g, frame, 64));
    }

    /// <summary>A convolution of dY is faster than a transposed one, where it gives the same.</summary>
    [Theory]
    [InlineData(3, 1, 1, 1, 1, true)]
    [InlineData(1, 1, 0, 1, 1, true)]
    [InlineData(3, 1, 2, 1, 1, true)]
    [InlineData(3, 1, 4, 2, 1, true)]
    [InlineData(3, 1, 1, 1, 4, true)]
    [InlineData(3, 1, 1, 1, 2, false)]
    [InlineData(3, 2, 1, 1, 1, false)]
    [InlineData(3, 1, 3, 1, 1, false)]
    public void The_input_gradient_is_a_convolution_where_it_can_be(int kernel, int stride, int pad, int dilation, int group, bool isConv)
    {
        Value x = Float(2, 4, 9, 8), w = Float(4, 4 / group, kernel, kernel);
        Value y = Conv.Emit(_g, x, w, null, new ConvGeometry(stride, pad, dilation, group));
        Gradients.Of(_g, Reduce.SumAll(_g, y), [x]);
        Assert.Equal(isConv ? 2 : 1, _g.Nodes.Count(n => n.Op == "Conv"));
        Assert.Equal(isConv ? 0 : 1, _g.Nodes.Count(n => n.Op == "ConvTranspose"));
        bool flips = isConv && kernel > 1;
        Assert.Equal(flips ? 1 : 0, _g.Nodes.Count(n => n.Op == "MatMul"));
    }

    /// <summary>
    /// The padded input has a row for each of dY's, and those that the kernel reaches beyond; one more where a shift within the row
    /// runs over its end.
    /// </summary>
    [Theory]
    [InlineData(3, 1, 1, 9 + 2 + 1, 8 + 2)]
    [InlineData(1, 1, 0, 9, 8)]
    [InlineData(3, 2, 1, 2 * (5 + 1 + 1), 2 * (4 + 1))]
    [InlineData(2, 2, 0, 2 * 4, 2 * 4)]
    public void The_weight_gradient_pads_no_more_than_it_reads(int kernel, int stride, int pad, int rows, int columns)
    {
        Value x = Float(2, 4, 9, 8), w = Float(4, 4, kernel, kernel);
        Value y = Conv.Emit(_g, x, w, null, new ConvGeometry(stride, pad));
        Gradients.Of(_g, Reduce.SumAll(_g, y), [w]);
        Value padded = _g.Nodes.Where(n => n.Op == "Pad" && n.Inputs[0] == x).Select(n => n.Outputs[0]).DefaultIfEmpty(x).Single();
        Assert.Equal(new Shape(2, 4, rows, columns), padded.Shape);
    }

    [Fact]
    public void A_gradient_that_nobody_wants_is_not_computed()
    {
        Value x = Float(2, 4, 9, 8), w = Float(4, 4, 3, 3);
        Value y = Conv.Emit(_g, x, w, null, new ConvGeometry(Pad: 1));
        int before = _g.Nodes.Count;
        Gradients.Of(_g, Reduce.SumAll(_g, Elementwise.Mul(_g, y, _g.Constant(2f))), [x]);
        Assert.Single(_g.Nodes.Skip(before), n => n.Op == "Conv");
        Assert.DoesNotContain(_g.Nodes.Skip(before), n => n.Op == "FusedMatMul"); // the weights'
    }

    [Fact]
    public void A_loss_that_does_not_depend_on_a_target_is_refused()
    {
        Value x = Float(2, 2), other = Float(3);
        Value loss = Reduce.SumAll(_g, Relu.Emit(_g, x));
        Refused($"the loss does not depend on {other.Name}", () => Gradients.Of(_g, loss, [x, other]));
    }

    [Fact]
    public void Nodes_of_a_gradient_carry_the_scope_that_they_differentiate()
    {
        Value x = Float(2, 2), y;
        using (_g.Scope("layer")) y = Relu.Emit(_g, x);
        int before = _g.Nodes.Count;
        Gradients.Of(_g, Reduce.SumAll(_g, y), [x]);
        Assert.Contains(_g.Nodes.Skip(before), n => n.Scope == "grad/layer");
    }

    /// <summary>Bounds that are none cost no gate, and a pixel on a bound learns nothing.</summary>
    [Theory]
    [InlineData(0, 6, 2)]
    [InlineData(float.MinValue, 6, 1)]
    [InlineData(0, float.MaxValue, 1)]
    public void A_clip_is_gated_at_its_bounds(float low, float high, int gates)
    {
        Value x = Float(4);
        Value dx = Gradients.Of(_g, Reduce.SumAll(_g, Clip.Emit(_g, x, low, high)), [x])[0];
        Assert.Equal(gates, _g.Nodes.Count(n => n.Op == "HardSigmoid"));
        float[] at = [-1, 3, 6, 7];
        float[] expected = [low < -1 ? 1 : 0, 1, high > 6 ? 1 : 0, high > 7 ? 1 : 0];
        Assert.Equal(expected, Ort.Run(_g, [dx], new Dictionary<string, Array>(StringComparer.Ordinal) { [x.Name] = at })[0]);
    }

    [Theory]
    [InlineData(0, 10, 1000, 0, 0.1)]
    [InlineData(1, 5.2631579, 500.25013, 40503, 0.18181818)]
    [InlineData(100_000, 1, 1, 44128, 0.99)]
    public void The_numbers_of_a_step_follow_from_its_index(long step, double first, double second, double dropout, double decay)
    {
        StepNumbers n = StepNumbers.At(2e-3, step, averageDecay: 0.99);
        Assert.Equal(first, n.Correction1, 1e-4 * first);
        Assert.Equal(second, n.Correction2, 2e-4 * second);
        Assert.Equal((float)dropout, n.DropoutStep);
        Assert.Equal(decay, n.AverageDecay, 6);
        Assert.Equal((2e-3f, 2e-3f), (n.LearningRate, n.BodyRate));
        StepNumbers other = StepNumbers.At(2e-3, step, bodyRate: 1e-4);
        Assert.Equal((2e-3f, 1e-4f, 0f), (other.LearningRate, other.BodyRate, other.AverageDecay));
        float[] all = new float[StepNumbers.Count];
        other.CopyTo(all);
        Assert.Equal([other.LearningRate, other.Correction1, other.Correction2, other.DropoutStep, 0, other.BodyRate], all);
    }

    [Fact]
    public void Numbers_come_out_of_the_graphs_input_in_their_order()
    {
        Value numbers = _g.Input("numbers", ElementType.Float, new Shape(StepNumbers.Count));
        StepScalars s = StepScalars.Of(_g, numbers);
        Value[] each = [s.LearningRate, s.Correction1, s.Correction2, s.DropoutStep, s.AverageDecay, s.BodyRate];
        Dictionary<string, Array> inputs = new(StringComparer.Ordinal) { ["numbers"] = new float[] { 1, 2, 3, 4, 5, 6 } };
        Assert.Equal([1, 2, 3, 4, 5, 6], Ort.Run(_g, each, inputs).Select(v => v.Single()));
    }

    [Fact]
    public void A_rate_warms_up_ends_at_zero_and_refuses_what_it_is_not()
    {
        LearningRate poly = LearningRate.Parse("poly", 2, 4, 100);
        Assert.Equal([0.5, 1, 1.5, 2], Enumerable.Range(0, 4).Select(t => Math.Round(poly.At(t) / Math.Pow(1 - (t / 100.0), 0.9), 9)));
        Assert.Equal(0, poly.At(100));
        Assert.Equal(0, poly.At(200));
        Assert.Equal(0, LearningRate.Parse("cosine", 2, 0, 100).At(100), 12);
        Assert.Equal(2, LearningRate.Parse("constant", 2, 0, 0).At(100));
        Assert.Equal(2, LearningRate.Parse("cosine", 2, 0, 100).At(0), 12);
        string Refused(string kind, double rate) => Assert.Throws<UserError>(() => LearningRate.Parse(kind, rate, 0, 1)).Message;
        Assert.Equal("no schedule 'step': choose constant, poly or cosine", Refused("step", 1));
        Assert.Equal("--lr 0: it must be above 0", Refused("poly", 0));
        Assert.Equal("no optimizer 'adam': choose sgd or adamw", Assert.Throws<UserError>(() => Optimizer.Parse("adam", 0)).Message);
    }

    private static void Refused(string says, Action emit)
        => Assert.Contains(says, Assert.Throws<ArgumentException>(emit).Message, StringComparison.Ordinal);

    private Value Float(params long[] dims) => _g.Input($"x{_g.Inputs.Count}", ElementType.Float, new Shape(dims));

    private Value Bytes(params long[] dims) => _g.Input($"x{_g.Inputs.Count}", ElementType.UInt8, new Shape(dims));
}
