using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Values of the losses, from their formulas; their gradients are in <see cref="GradientTests"/>.</summary>
public sealed class LossTests
{
    private const int Pixels = 160;

    /// <summary>Wu et al. 2016: a pixel is hard below a probability of 0.7; if fewer than a sixteenth are hard, all count.</summary>
    [Theory]
    [InlineData(0.69, 20, true)]
    [InlineData(0.71, 20, false)]
    [InlineData(0.5, 11, true)]
    [InlineData(0.5, 9, false)]
    public void Hard_examples_alone_count_if_there_are_enough_of_them(double probability, int count, bool alone)
    {
        double[] ofTruth = [.. Enumerable.Range(0, Pixels).Select(i => i < count ? probability : 0.95)];
        double mean = ofTruth.Take(alone ? count : Pixels).Average(p => -Math.Log(p));
        Assert.Equal(mean, Loss(ofTruth, hardOnly: true, smoothing: 0), 4);
    }

    /// <summary>They are a share of what counts: six of eighty labelled pixels are enough, and nine of all that weigh double.</summary>
    [Theory]
    [InlineData(6, 0, 80)]
    [InlineData(9, 1, Pixels)]
    public void Hard_examples_are_counted_by_their_weight(int hard, byte hardClass, int labelled)
    {
        double[] ofTruth = [.. Enumerable.Range(0, Pixels).Select(i => i < hard ? 0.5 : 0.95)];
        byte[] truth = [.. Enumerable.Range(0, Pixels).Select(i => i < hard ? hardClass : i < labelled ? (byte)0 : (byte)255)];
        Assert.Equal(-Math.Log(0.5), Loss(ofTruth, hardOnly: true, smoothing: 0, truth), 4);
    }

    [Fact]
    public void Smoothing_spreads_its_share_over_all_classes()
    {
        double[] ofTruth = [.. Enumerable.Repeat(0.8, Pixels)];
        Assert.Equal((-0.85 * Math.Log(0.8)) - (0.15 * Math.Log(0.2)), Loss(ofTruth, hardOnly: false, smoothing: 0.3f), 4);
    }

    /// <summary>A mean does not depend on how large the weights are: one pixel of a rare class may weigh little alone.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1e-3f)]
    public void Small_weights_do_not_shrink_the_loss(float weight)
    {
        double[] ofTruth = [.. Enumerable.Repeat(0.8, Pixels)];
        byte[] truth = [.. Enumerable.Range(0, Pixels).Select(i => i == 5 ? (byte)1 : (byte)255)];
        Assert.Equal(-Math.Log(0.8), Loss(ofTruth, hardOnly: false, smoothing: 0, truth, weight), 4);
    }

    /// <summary>The loss of pixels, each with a given probability of its class, of two classes; the second weighs twice as much.</summary>
    private static double Loss(double[] ofTruth, bool hardOnly, float smoothing, byte[]? truth = null, float weight = 1)
    {
        GraphBuilder g = new();
        Value logits = g.Input("logits", ElementType.Float, new Shape(1, 2, 1, Pixels));
        Value labels = g.Input("labels", ElementType.UInt8, new Shape(1, 1, Pixels));
        Value loss = SoftmaxCrossEntropy.Emit(g, logits, labels, [weight, 2 * weight], hardOnly, smoothing);
        truth ??= [.. Enumerable.Repeat((byte)1, Pixels)];
        float[] second = [.. ofTruth.Zip(truth, (p, label) => (float)(Math.Log(p / (1 - p)) * (label == 1 ? 1 : -1)))];
        float[] values = [.. new float[Pixels], .. second];
        return Ort.Run(g, [loss], new Dictionary<string, Array>(StringComparer.Ordinal) { ["logits"] = values, ["labels"] = truth })[0][0];
    }
}
