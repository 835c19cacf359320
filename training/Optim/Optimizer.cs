using RealtimeSeg.Training.Graph;
using static RealtimeSeg.Training.Ops.Elementwise;

namespace RealtimeSeg.Training.Optim;

/// <summary>
/// Numbers that change from step to step, one float input of the step graph: learning rate, Adam's two bias corrections
/// 1/(1 − βᵗ), a number for dropout, and the share of the old value in the weights' moving average.
/// </summary>
public readonly record struct StepNumbers(float LearningRate, float Correction1, float Correction2, float DropoutStep, float AverageDecay)
{
    public const int Count = 5;

    /// <summary>Places among the numbers.</summary>
    public const int DropoutStepIndex = 3, AverageDecayIndex = 4;

    /// <param name="learningRate">Of this step.</param>
    /// <param name="step">From 0.</param>
    /// <param name="averageDecay">Of the weights' moving average; less in the first steps, so that it forgets the initial weights.</param>
    public static StepNumbers At(double learningRate, long step, double averageDecay = 0) => new(
        (float)learningRate,
        (float)(1 / (1 - Math.Pow(AdamW.Beta1, step + 1))),
        (float)(1 / (1 - Math.Pow(AdamW.Beta2, step + 1))),
        (step * 40503) & 0xFFFF, // Knuth's multiplicative hash: neighbouring steps land far apart
        (float)Math.Min(averageDecay, (1.0 + step) / (10 + step)));

    public void CopyTo(Span<float> to)
    {
        to[0] = LearningRate;
        to[1] = Correction1;
        to[2] = Correction2;
        to[DropoutStepIndex] = DropoutStep;
        to[AverageDecayIndex] = AverageDecay;
    }
}

/// <summary>Emits one parameter's update. The memory it needs (momentum, moments) is declared by name and starts at zero.</summary>
public abstract class Optimizer
{
    /// <summary>Names of the tensors it keeps for each parameter, all of the parameter's shape.</summary>
    public abstract IReadOnlyList<string> Memory { get; }

    /// <summary>Returns the new parameter and its new memory.</summary>
    /// <param name="g">The step graph.</param>
    /// <param name="w">The parameter.</param>
    /// <param name="gradient">d loss / d w.</param>
    /// <param name="memory">As <see cref="Memory"/> names them.</param>
    /// <param name="numbers">Scalars: learning rate and Adam's corrections.</param>
    /// <param name="decay">Whether weight decay applies.</param>
    public abstract (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, Value w, Value gradient, IReadOnlyList<Value> memory, IReadOnlyList<Value> numbers, bool decay);

    public static Optimizer Parse(string name, float weightDecay) => name switch
    {
        "sgd" => new Sgd(weightDecay),
        "adamw" => new AdamW(weightDecay),
        _ => throw new UserError($"no optimizer '{name}': choose sgd or adamw"),
    };
}

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
