using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Step;

/// <summary>Collects the outputs of a step graph: what lives from step to step, and what the step reports.</summary>
/// <param name="g">The step graph.</param>
/// <param name="averageDecay">Scalar decay of the parameters' moving averages; null to keep none.</param>
internal sealed class NextState(GraphBuilder g, Value? averageDecay)
{
    private readonly List<StateTensor> _tensors = [];
    private readonly List<Value> _outputs = [];

    public IReadOnlyList<StateTensor> Tensors => _tensors;

    public IReadOnlyList<Value> Outputs => _outputs;

    /// <summary>A result of the step that the next one does not read.</summary>
    public void Output(Value value, string name) => _outputs.Add(g.Rename(value, name));

    /// <summary>A parameter or statistic and, if averages are kept, its moving average.</summary>
    public void Keep(Parameter p, Value now, Value next)
    {
        Add(now, next, p);
        if (averageDecay is null) return;

        // a ← w + d·(a − w): Polyak and Juditsky 1992, with exponential weights.
        Value average = g.Input(StepGraph.AveragePrefix + p.Name, ElementType.Float, p.Shape);
        Add(average, Elementwise.Add(g, next, Elementwise.Mul(g, averageDecay, Elementwise.Sub(g, average, next))), p);
    }

    /// <summary>A tensor of the optimiser's memory.</summary>
    public void Keep(Value now, Value next) => Add(now, next, parameter: null);

    private void Add(Value now, Value next, Parameter? parameter)
    {
        string name = "next/" + now.Name;
        Output(next, name);
        _tensors.Add(new StateTensor(now.Name, now.Shape, name) { Parameter = parameter });
    }
}
