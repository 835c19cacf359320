using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Optim;

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
