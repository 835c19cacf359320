namespace RealtimeSeg.Training.Graph;

/// <summary>
/// One application of an operator. A node with a <see cref="Body"/> is a composite: it is differentiated as a whole by its own
/// rule and written to the file as the primitive nodes inside it.
/// </summary>
public sealed class Node
{
    public required string Op { get; init; }
    public string Domain { get; init; } = "";
    public required string Scope { get; init; }
    public required IReadOnlyList<Value> Inputs { get; init; }
    public required IReadOnlyList<Value> Outputs { get; init; }
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);
    public IReadOnlyList<Node>? Body { get; init; }

    /// <summary>An attribute that holds one integer.</summary>
    public long Int(string name) => (long)Attributes[name];

    /// <summary>An attribute that holds a list of integers.</summary>
    public long[] Ints(string name) => (long[])Attributes[name];
}
