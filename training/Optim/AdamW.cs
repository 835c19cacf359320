using RealtimeSeg.Training.Graph;
using static RealtimeSeg.Training.Ops.Elementwise;

namespace RealtimeSeg.Training.Optim;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): the decay does not pass through the moments.
/// m ← β₁·m + (1 − β₁)·g; v ← β₂·v + (1 − β₂)·g²; w ← w − lr·(m̂/(√v̂ + ε) + λ·w),
/// m̂ and v̂ corrected for their start at zero.
/// </summary>
public sealed class AdamW(float weightDecay) : Optimizer
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    public override IReadOnlyList<string> Memory => ["moment1", "moment2"];

    public override (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, ParameterUpdate u, StepScalars scalars)
    {
        (Value w, Value gradient) = (u.W, u.Gradient);
        Value m = Add(g, Mul(g, u.Memory[0], g.Constant(Beta1)), Mul(g, gradient, g.Constant(1 - Beta1)));
        Value v = Add(g, Mul(g, u.Memory[1], g.Constant(Beta2)), Mul(g, Mul(g, gradient, gradient), g.Constant(1 - Beta2)));
        Value deviation = Add(g, Sqrt(g, Mul(g, v, scalars.Correction2)), g.Constant(Epsilon));
        Value step = Div(g, Mul(g, m, scalars.Correction1), deviation);
        if (u.Decays && weightDecay > 0) step = Add(g, step, Mul(g, w, g.Constant(weightDecay)));
        return (Sub(g, w, Mul(g, step, scalars.LearningRate)), [m, v]);
    }
}
