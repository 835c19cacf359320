using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// Layers of a graph whose parameters are inputs. With <c>batchStatistics</c> (training) batch norm uses the batch and moves the
/// running statistics; without (evaluation of the training graph) it uses the running ones. Dropout needs the step's number, and is left
/// out without.
/// </summary>
public class TrainableLayers(GraphBuilder graph, bool batchStatistics, Value? dropoutStep = null) : Layers(graph)
{
    /// <summary>Share of the batch's statistics in the running ones, as in PyTorch.</summary>
    private const float Momentum = 0.1f;

    private readonly List<(Parameter Parameter, Value Value)> _parameters = [];
    private readonly Dictionary<string, Value> _updates = new(StringComparer.Ordinal);

    /// <summary>Every parameter that the network declared, in order, with its graph input.</summary>
    public IReadOnlyList<(Parameter Parameter, Value Value)> Parameters => _parameters;

    /// <summary>New values of statistics, by parameter name; those that stay as they are are left out.</summary>
    public IReadOnlyDictionary<string, Value> StatisticUpdates => _updates;

    public override Value ConvBn(string name, Value x, long channels, long kernel, ConvGeometry geo)
    {
        using IDisposable scope = Graph.Scope(name);
        Value weight = Parameter(ConvWeight(name, x, channels, kernel, geo));
        BatchNormParameters bn = BnParameters(name, channels);
        Value gamma = Parameter(bn.Gamma), beta = Parameter(bn.Beta), mean = Parameter(bn.Mean), variance = Parameter(bn.Variance);
        if (!batchStatistics) return BatchNorm.Apply(Graph, Conv.Emit(Graph, x, weight, null, geo), gamma, beta, mean, variance);

        // Batch norm takes away what a bias adds. Minus the running mean, it keeps the batch's mean small beside its deviation: their
        // squares are subtracted, and would leave nothing of a small variance.
        Value shifted = Conv.Emit(Graph, x, weight, Elementwise.Neg(Graph, mean), geo);
        (Value normal, Value batchMean, Value batchVariance) = BatchNorm.Train(Graph, shifted, gamma, beta);
        long count = shifted.Shape[0] * shifted.Shape[2] * shifted.Shape[3];
        float unbiased = count / (float)Math.Max(1, count - 1);
        _updates[bn.Mean.Name] = Elementwise.Add(Graph, mean, Elementwise.Mul(Graph, batchMean, Graph.Constant(Momentum)));
        _updates[bn.Variance.Name] = Blend(variance, batchVariance, unbiased);
        return normal;
    }

    public override Value Dropout(string name, Value x, float probability)
    {
        if (dropoutStep is null || probability <= 0) return x;
        using IDisposable scope = Graph.Scope(name);
        return Ops.Dropout.Emit(Graph, x, probability, dropoutStep, Nn.Parameter.StableHash(name, seed: 1));
    }

    protected override Value Parameter(Parameter p)
    {
        Value v = Graph.Input(p.Name, ElementType.Float, p.Shape);
        _parameters.Add((p with { InBody = InBody }, v));
        return v;
    }

    /// <summary>The running statistic moved towards scale · the batch's.</summary>
    private Value Blend(Value running, Value batch, float scale)
    {
        Value kept = Elementwise.Mul(Graph, running, Graph.Constant(1 - Momentum));
        return Elementwise.Add(Graph, kept, Elementwise.Mul(Graph, batch, Graph.Constant(Momentum * scale)));
    }
}
