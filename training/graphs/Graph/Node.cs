namespace RealtimeSeg.Training.Graph;

/// <summary>
/// One application of an operator. A node with a <see cref="Body"/> is a composite: it is differentiated as a whole by its own
/// rule and written to the file as the primitive nodes inside it.
/// </summary>
public sealed class Node
{
    /// <summary>The operator's ONNX name, or a composite's own.</summary>
    public required string Op { get; init; }

    public string Domain { get; init; } = "";

    /// <summary>Where it was added, such as <c>e1/e1.down</c>; empty outside all scopes.</summary>
    public required string Scope { get; init; }

    public required IReadOnlyList<Value> Inputs { get; init; }
    public required IReadOnlyList<Value> Outputs { get; init; }
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>(StringComparer.Ordinal);

    /// <summary>A composite's primitive nodes; null for a primitive.</summary>
    public IReadOnlyList<Node>? Body { get; init; }

    /// <summary>The same node with other inputs, for all that a composite's nodes read of them too.</summary>
    internal Node Reading(IReadOnlyList<Value> inputs)
    {
        Dictionary<Value, Value> instead = [];
        for (int i = 0; i < inputs.Count; i++) instead[Inputs[i]] = inputs[i];
        IReadOnlyList<Value> Given(Node inner) => [.. inner.Inputs.Select(v => instead.GetValueOrDefault(v, v))];
        return new Node
        {
            Op = Op,
            Domain = Domain,
            Scope = Scope,
            Inputs = inputs,
            Outputs = Outputs,
            Attributes = Attributes,
            Body = Body is null ? null : [.. Body.Select(inner => inner.Reading(Given(inner)))],
        };
    }

    /// <summary>An integer attribute.</summary>
    public long Int(string name) => (long)Attributes[name];

    /// <summary>A floating-point attribute.</summary>
    public float Float(string name) => (float)Attributes[name];

    /// <summary>An attribute that is a list of integers.</summary>
    public long[] Ints(string name) => (long[])Attributes[name];
}
