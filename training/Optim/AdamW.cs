using RealtimeSeg.Training.Graph;
using static RealtimeSeg.Training.Ops.Elementwise;

namespace RealtimeSeg.Training.Optim;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2): the decay does not pass through the moments.</summary>
public sealed class AdamW(float weightDecay) : Optimizer
{
    public const float Beta1 = 0.9f;
    public const float Beta2 = 0.999f;
    private const float Epsilon = 1e-8f;

    public override IReadOnlyList<string> Memory => ["moment1", "moment2"];

    public override (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, Value w, Value gradient, IReadOnlyList<Value> memory, IReadOnlyList<Value> numbers, bool decay)
    {
        Value m = Add(g, Mul(g, memory[0], g.Constant(Beta1)), Mul(g, gradient, g.Constant(1 - Beta1)));
        Value v = Add(g, Mul(g, memory[1], g.Constant(Beta2)), Mul(g, Mul(g, gradient, gradient), g.Constant(1 - Beta2)));
        Value spread = Add(g, Sqrt(g, Mul(g, v, numbers[2])), g.Constant(Epsilon));
        Value step = Div(g, Mul(g, m, numbers[1]), spread);
        if (decay && weightDecay > 0) step = Add(g, step, Mul(g, w, g.Constant(weightDecay)));
        return (Sub(g, w, Mul(g, step, numbers[0])), [m, v]);
    }
}
