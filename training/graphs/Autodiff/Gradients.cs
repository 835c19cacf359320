using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Autodiff;

/// <summary>Reverse-mode differentiation from graph to graph: the derivative is more nodes in the same graph.</summary>
public static class Gradients
{
    /// <summary>Adds one node's gradient; returns one for each input, null if none is wanted or none exists.</summary>
    public delegate IReadOnlyList<Value?> Rule(Backward b);

    /// <summary>Rules by operator. A new one needs a row in the gradient tests, which enumerate <see cref="Operators"/>.</summary>
    private static readonly Dictionary<string, Rule> Rules = new(StringComparer.Ordinal)
    {
        ["Add"] = Elementwise.AddGradient,
        ["Sub"] = Elementwise.SubGradient,
        ["Mul"] = Elementwise.MulGradient,
        ["Div"] = Elementwise.DivGradient,
        ["Relu"] = Relu.Gradient,
        ["Clip"] = Clip.Gradient,
        ["Sigmoid"] = Sigmoid.Gradient,
        ["HardSigmoid"] = HardSigmoid.Gradient,
        ["Conv"] = Conv.Gradient,
        ["ConvTranspose"] = ConvTranspose.Gradient,
        ["BatchNormTraining"] = BatchNorm.Gradient,
        ["MaxPool"] = MaxPool.Gradient,
        ["AveragePool"] = AveragePool.Gradient,
        ["LRN"] = Lrn.Gradient,
        ["MaxUnpool"] = MaxUnpool.Gradient,
        ["Dropout"] = Dropout.Gradient,
        ["Resize"] = Resize.Gradient,
        ["FakeQuantize"] = FakeQuantize.Gradient,
        ["FakeRound"] = FakeQuantize.RoundedGradient,
        ["Reshape"] = Layout.ReshapeGradient,
        ["Concat"] = Layout.ConcatGradient,
        ["Slice"] = Layout.SliceGradient,
        ["Pad"] = Layout.PadGradient,
        ["Expand"] = Layout.ExpandGradient,
        ["SoftmaxCrossEntropy"] = SoftmaxCrossEntropy.Gradient,
        ["SoftmaxSquaredError"] = SoftmaxSquaredError.Gradient,
        ["SoftCrossEntropy"] = SoftCrossEntropy.Gradient,
        ["ReduceSum"] = Reduce.SumGradient,
        ["ReduceMean"] = Reduce.MeanGradient,
    };

    /// <summary>Every operator that a loss can be differentiated through.</summary>
    public static IReadOnlyCollection<string> Operators => Rules.Keys;

    /// <summary>Adds the nodes that compute d loss / d target for each target.</summary>
    /// <param name="g">The graph with the loss.</param>
    /// <param name="loss">A scalar.</param>
    /// <param name="targets">Values to differentiate for, usually the weights.</param>
    /// <returns>One gradient for each target, of its shape.</returns>
    /// <exception cref="NotSupportedException">An operator on the way has no rule.</exception>
    /// <exception cref="ArgumentException">The loss does not depend on a target, or is not one number.</exception>
    public static IReadOnlyList<Value> Of(GraphBuilder g, Value loss, IReadOnlyList<Value> targets)
    {
        if (!loss.Shape.IsStatic || loss.Shape.Count != 1)
            throw new ArgumentException($"a loss is one number, {loss.Name} has the shape {loss.Shape}", nameof(loss));
        HashSet<Value> wanted = Dependents(g, targets);
        Dictionary<Value, Value> gradients = new() { [loss] = g.Constant(1f) };
        using (g.Scope("grad"))
        {
            foreach (Node n in g.Nodes.Reverse().ToArray())
            {
                if (!n.Inputs.Any(wanted.Contains) || !gradients.TryGetValue(n.Outputs[0], out Value? dy)) continue;
                if (!Rules.TryGetValue(n.Op, out Rule? rule))
                    throw new NotSupportedException($"no gradient rule for {n.Op}, node {n.Outputs[0].Name}, scope '{n.Scope}'");
                using (g.Scope(n.Scope))
                {
                    IReadOnlyList<Value?> dx = rule(new Backward(g, n, dy, wanted.Contains));
                    for (int i = 0; i < n.Inputs.Count && i < dx.Count; i++) Accumulate(g, gradients, n.Inputs[i], dx[i], wanted);
                }
            }
        }

        return [.. targets.Select(t => gradients.TryGetValue(t, out Value? d)
            ? d
            : throw new ArgumentException($"the loss does not depend on {t.Name}"))];
    }

    /// <summary>The values on a path from a target.</summary>
    private static HashSet<Value> Dependents(GraphBuilder g, IReadOnlyList<Value> targets)
    {
        HashSet<Value> reached = [.. targets];
        foreach (Node n in g.Nodes)
        {
            if (n.Inputs.Any(reached.Contains)) reached.UnionWith(n.Outputs);
        }

        return reached;
    }

    private static void Accumulate(GraphBuilder g, Dictionary<Value, Value> gradients, Value x, Value? dx, HashSet<Value> wanted)
    {
        if (dx is null || !wanted.Contains(x)) return;
        dx = Unbroadcast(g, dx, x.Shape);
        gradients[x] = gradients.TryGetValue(x, out Value? sum) ? Elementwise.Add(g, sum, dx) : dx;
    }

    /// <summary>Sums a gradient over the axes along which its value was repeated.</summary>
    private static Value Unbroadcast(GraphBuilder g, Value dx, Shape shape)
    {
        if (dx.Shape.Equals(shape)) return dx;
        int extra = dx.Shape.Rank - shape.Rank;
        long[] axes = [.. Enumerable.Range(0, dx.Shape.Rank)
            .Where(i => i < extra || (shape[i - extra] == 1 && dx.Shape[i] != 1)).Select(i => (long)i)];
        return Layout.Reshape(g, Reduce.Sum(g, dx, axes, keepDims: true), shape);
    }
}
