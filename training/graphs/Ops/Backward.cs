using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>Input of a gradient rule.</summary>
/// <param name="Graph">Receives the gradient's nodes.</param>
/// <param name="Node">The node to differentiate.</param>
/// <param name="DY">d loss / d first output, of that output's shape.</param>
/// <param name="Wanted">Whether a value's gradient is needed.</param>
public readonly record struct Backward(GraphBuilder Graph, Node Node, Value DY, Func<Value, bool> Wanted)
{
    /// <summary>The first input.</summary>
    public Value X => Node.Inputs[0];

    /// <summary>The first output.</summary>
    public Value Y => Node.Outputs[0];

    /// <summary>Whether the node has this input and its gradient is needed.</summary>
    public bool Needs(int input) => input < Node.Inputs.Count && Wanted(Node.Inputs[input]);
}
