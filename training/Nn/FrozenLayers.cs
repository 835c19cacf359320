using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Nn;

/// <summary>
/// Layers of a training graph whose batch norm has its running statistics for good and is folded into the convolution before it, as the
/// exported file has it: kernels are then those that integers will stand for. γ and β still learn. Nothing is dropped out.
/// </summary>
public sealed class FrozenLayers(GraphBuilder graph) : TrainableLayers(graph, batchStatistics: false)
{
    /// <summary>Kernel w·s and bias β − μ·s with s = γ/√(σ² + ε), by the export's arithmetic: the same numbers.</summary>
    public override Value ConvBn(string name, Value x, long channels, long kernel, ConvGeometry geo)
    {
        using IDisposable scope = Graph.Scope(name);
        Value weight = Parameter(ConvWeight(name, x, channels, kernel, geo));
        BatchNormParameters bn = BnParameters(name, channels);
        Value gamma = Parameter(bn.Gamma), beta = Parameter(bn.Beta), mean = Parameter(bn.Mean), variance = Parameter(bn.Variance);
        Value deviation = Elementwise.Sqrt(Graph, Elementwise.Add(Graph, variance, Graph.Constant(BatchNorm.Epsilon)));
        Value scale = Elementwise.Div(Graph, gamma, deviation); // [channels]
        Value folded = Elementwise.Mul(Graph, weight, Layout.Reshape(Graph, scale, new Shape(channels, 1, 1, 1)));
        Value bias = Elementwise.Sub(Graph, beta, Elementwise.Mul(Graph, mean, scale));
        return Conv.Emit(Graph, x, Graph.Rename(folded, name + ".folded"), bias, geo);
    }
}
