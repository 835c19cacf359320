using RealtimeSeg.Training.Graph;
using static RealtimeSeg.Training.Ops.Elementwise;

namespace RealtimeSeg.Training.Optim;

/// <summary>Stochastic gradient descent with momentum 0.9 (Sutskever et al. 2013): v ← 0.9·v + g; w ← w − lr·v.</summary>
public sealed class Sgd(float weightDecay) : Optimizer
{
    private const float Momentum = 0.9f;

    public override IReadOnlyList<string> Memory => ["velocity"];

    public override (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, ParameterUpdate u, StepScalars scalars)
    {
        Value gradient = u.Decays && weightDecay > 0 ? Add(g, u.Gradient, Mul(g, u.W, g.Constant(weightDecay))) : u.Gradient;
        Value velocity = Add(g, Mul(g, u.Memory[0], g.Constant(Momentum)), gradient);
        return (Sub(g, u.W, Mul(g, velocity, scalars.LearningRate)), [velocity]);
    }
}
