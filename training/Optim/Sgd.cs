using RealtimeSeg.Training.Graph;
using static RealtimeSeg.Training.Ops.Elementwise;

namespace RealtimeSeg.Training.Optim;

/// <summary>Stochastic gradient descent with momentum 0.9 (Sutskever et al. 2013): v ← 0.9·v + g; w ← w − lr·v.</summary>
public sealed class Sgd(float weightDecay) : Optimizer
{
    private const float Momentum = 0.9f;

    public override IReadOnlyList<string> Memory => ["velocity"];

    public override (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, Value w, Value gradient, IReadOnlyList<Value> memory, IReadOnlyList<Value> numbers, bool decay)
    {
        if (decay && weightDecay > 0) gradient = Add(g, gradient, Mul(g, w, g.Constant(weightDecay)));
        Value velocity = Add(g, Mul(g, memory[0], g.Constant(Momentum)), gradient);
        return (Sub(g, w, Mul(g, velocity, numbers[0])), [velocity]);
    }
}
