using RealtimeSeg.Training.Graph;

namespace RealtimeSeg.Training.Ops;

/// <summary>What a gradient rule sees: the node, the loss's gradient for its first output, and which inputs want one.</summary>
public readonly record struct Backward(GraphBuilder Graph, Node Node, Value DY, Func<Value, bool> Wanted)
{
    public Value X => Node.Inputs[0];
    public Value Y => Node.Outputs[0];

    public bool Needs(int input) => input < Node.Inputs.Count && Wanted(Node.Inputs[input]);
}
