using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>
/// Cross-entropy against the probabilities of another network (Hinton, Vinyals and Dean 2015, "Distilling the knowledge in a neural
/// network", section 2, at temperature 1): L = −Σ q·log p / cells, p the softmax of the logits. Least where p = q, at q's entropy.
/// </summary>
public static class SoftCrossEntropy
{
    /// <param name="g">The graph.</param>
    /// <param name="logits">[N,K,H,W], float.</param>
    /// <param name="target">q, [N,K,H,W]: probabilities over the classes of each cell. No gradient goes there.</param>
    /// <returns>A scalar.</returns>
    public static Value Emit(GraphBuilder g, Value logits, Value target)
        => g.Composite("SoftCrossEntropy", [logits, target], () =>
        {
            Value shifted = Elementwise.Sub(g, logits, Reduce.Max(g, logits, [1])); // [N,K,H,W]
            Value exponentials = Elementwise.Exp(g, shifted);
            Value sum = Reduce.Sum(g, exponentials, [1], keepDims: true); // [N,1,H,W]
            Value expected = Reduce.Sum(g, Elementwise.Mul(g, shifted, target), [1], keepDims: true);
            Value perCell = Elementwise.Sub(g, Elementwise.Log(g, sum), expected);
            Value loss = Elementwise.Mul(g, Reduce.SumAll(g, perCell), g.Constant(1f / Cells(logits)));
            return [loss, exponentials, sum];
        })[0];

    /// <summary>d logits = (p − q) / cells.</summary>
    internal static IReadOnlyList<Value?> Gradient(Backward b)
    {
        GraphBuilder g = b.Graph;
        (Value exponentials, Value sum) = (b.Node.Outputs[1], b.Node.Outputs[2]);
        Value scale = Elementwise.Mul(g, b.DY, g.Constant(1f / Cells(b.X)));
        Value error = Elementwise.Sub(g, Elementwise.Div(g, exponentials, sum), b.Node.Inputs[1]);
        return [Elementwise.Mul(g, error, scale), null];
    }

    private static long Cells(Value logits) => logits.Shape.Count / logits.Shape[1];
}
