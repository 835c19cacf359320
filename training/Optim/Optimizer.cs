using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Optim;

/// <summary>A parameter to update.</summary>
/// <param name="W">Its value.</param>
/// <param name="Gradient">d loss / d W, of W's shape.</param>
/// <param name="Memory">The tensors that <see cref="Optimizer.Memory"/> names, of W's shape.</param>
/// <param name="Decays">Whether weight decay applies to it.</param>
public sealed record ParameterUpdate(Value W, Value Gradient, IReadOnlyList<Value> Memory, bool Decays);

/// <summary>Emits one parameter's update. The memory it needs (momentum, moments) is declared by name and starts at zero.</summary>
public abstract class Optimizer
{
    /// <summary>Names of the tensors that are kept for each parameter, all of the parameter's shape.</summary>
    public abstract IReadOnlyList<string> Memory { get; }

    /// <summary>Adds the update to the step graph; returns the new parameter and its new memory.</summary>
    public abstract (Value W, IReadOnlyList<Value> Memory) Update(GraphBuilder g, ParameterUpdate u, StepScalars scalars);

    /// <param name="name">sgd or adamw.</param>
    /// <param name="weightDecay">0 for none.</param>
    /// <exception cref="UserError">No such optimizer.</exception>
    public static Optimizer Parse(string name, float weightDecay) => name switch
    {
        "sgd" => new Sgd(weightDecay),
        "adamw" => new AdamW(weightDecay),
        _ => throw new UserError($"no optimizer '{name}': choose sgd or adamw"),
    };
}
