using System.Globalization;
using System.Runtime.InteropServices;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Graph;

/// <summary>
/// Collects nodes in execution order; every value has its type and shape from the moment it is made. Operators are named functions in
/// folder Ops, which state their shape rule where they call
/// <see cref="Add(string, IReadOnlyList{Value}, Shape, ElementType?, string, ValueTuple{string, object}[])"/>; nothing else calls it.
/// </summary>
public sealed class GraphBuilder
{
    /// <summary>ONNX Runtime's own operators; used in training graphs only, never in exported ones.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    /// <summary>Equal constants are stored once up to this size; larger ones are rarely equal.</summary>
    private const int LargestShared = 256;

    private readonly List<Value> _inputs = [];
    private readonly List<StoredTensor> _initializers = [];
    private readonly Dictionary<string, Value> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Stack<string> _scopes = new();
    private List<Node> _nodes = [];
    private int _counter;

    public IReadOnlyList<Node> Nodes => _nodes;
    public IReadOnlyList<Value> Inputs => _inputs;
    public IReadOnlyList<StoredTensor> Initializers => _initializers;

    private string ScopeName => string.Join('/', _scopes.Reverse());

    /// <summary>Names made inside the returned scope start with <paramref name="name"/>; dispose it to leave.</summary>
    public IDisposable Scope(string name)
    {
        _scopes.Push(name);
        return new ScopeEnd(_scopes);
    }

    /// <summary>An input of the graph.</summary>
    /// <exception cref="InvalidOperationException">The name is taken.</exception>
    public Value Input(string name, ElementType type, Shape shape)
    {
        Claim(name);
        Value v = new(name, type, shape);
        _inputs.Add(v);
        return v;
    }

    /// <summary>A named initializer: a weight that is part of the file.</summary>
    /// <exception cref="ArgumentException">The number of values is not that of the shape.</exception>
    public Value Initializer(string name, ReadOnlySpan<float> data, Shape shape)
    {
        if (data.Length != shape.Count) throw new ArgumentException($"{name}: {data.Length} values for shape {shape}");
        Claim(name);
        Value v = new(name, ElementType.Float, shape);
        _initializers.Add(new StoredTensor(v, MemoryMarshal.AsBytes(data).ToArray()));
        return v;
    }

    /// <summary>An initializer of another type, cast to float when the file is loaded: ONNX Runtime folds the cast away.</summary>
    public Value CastInitializer(string name, ReadOnlySpan<byte> data, ElementType type, Shape shape)
    {
        Claim(name);
        Value stored = new(name, type, shape);
        _initializers.Add(new StoredTensor(stored, data.ToArray()));
        return Add("Cast", [stored], shape, ElementType.Float, attributes: [("to", (long)ElementType.Float)]);
    }

    public Value Constant(float value) => Constant([value], Shape.Scalar);

    /// <exception cref="ArgumentException">The shape has room for another number of values.</exception>
    public Value Constant(ReadOnlySpan<float> data, Shape shape) => data.Length == shape.Count
        ? Constant(MemoryMarshal.AsBytes(data), ElementType.Float, shape)
        : throw new ArgumentException($"{data.Length} values for a constant of shape {shape}", nameof(data));

    /// <summary>A one-dimensional list of integers: axes, pads, a target shape.</summary>
    public Value Constant(params long[] data) => Constant(MemoryMarshal.AsBytes<long>(data), ElementType.Int64, new Shape(data.Length));

    /// <summary>One integer, of rank 0.</summary>
    public Value IntegerScalar(long value) => Constant(BitConverter.GetBytes(value), ElementType.Int64, Shape.Scalar);

    /// <summary>A constant of any type; small equal constants are stored once.</summary>
    public Value Constant(ReadOnlySpan<byte> data, ElementType type, Shape shape)
    {
        byte[] bytes = data.ToArray();
        string? key = bytes.Length <= LargestShared ? $"{type}{shape}{Convert.ToHexString(bytes)}" : null;
        if (key is not null && _constants.TryGetValue(key, out Value? known)) return known;
        Value v = new(Unique("const"), type, shape);
        _initializers.Add(new StoredTensor(v, bytes));
        if (key is not null) _constants[key] = v;
        return v;
    }

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">The operator's ONNX name.</param>
    /// <param name="inputs">Its inputs, in ONNX's order.</param>
    /// <param name="shape">The output's shape.</param>
    /// <param name="type">The output's type; null for that of the first input.</param>
    /// <param name="domain">Empty for standard operators.</param>
    /// <param name="attributes">Values of type <c>long</c>, <c>float</c>, <c>string</c> or <c>long[]</c>.</param>
    public Value Add(
        string op,
        IReadOnlyList<Value> inputs,
        Shape shape,
        ElementType? type = null,
        string domain = "",
        params (string Name, object Value)[] attributes)
        => Add(op, inputs, [(type ?? inputs[0].Type, shape)], domain, attributes)[0];

    /// <summary>Adds a node with several outputs, of the given types and shapes.</summary>
    public IReadOnlyList<Value> Add(
        string op,
        IReadOnlyList<Value> inputs,
        IReadOnlyList<(ElementType Type, Shape Shape)> outputs,
        string domain = "",
        params (string Name, object Value)[] attributes)
    {
        Value[] made = [.. outputs.Select(o => new Value(Unique(op), o.Type, o.Shape))];
        _nodes.Add(new Node
        {
            Op = op,
            Domain = domain,
            Scope = ScopeName,
            Inputs = [.. inputs],
            Outputs = made,
            Attributes = attributes.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal),
        });
        return made;
    }

    /// <summary>
    /// Adds a composite: the nodes that <paramref name="body"/> adds become one node, differentiated by the rule named
    /// <paramref name="op"/>. The attributes are for that rule only; they are not written to the file.
    /// </summary>
    public IReadOnlyList<Value> Composite(
        string op,
        IReadOnlyList<Value> inputs,
        Func<IReadOnlyList<Value>> body,
        params (string Name, object Value)[] attributes)
    {
        (IReadOnlyList<Node> inner, IReadOnlyList<Value> outputs) = Collected(body);
        _nodes.Add(new Node
        {
            Op = op,
            Scope = ScopeName,
            Inputs = [.. inputs],
            Outputs = outputs,
            Body = inner,
            Attributes = attributes.ToDictionary(a => a.Name, a => a.Value, StringComparer.Ordinal),
        });
        return outputs;
    }

    /// <summary>The integers of a constant list that was made here: rules read axes and pads back with it.</summary>
    public long[] ConstantInts(Value v)
        => MemoryMarshal.Cast<byte, long>(_initializers.First(i => i.Value == v).Data).ToArray();

    /// <summary>A constant number that was made here.</summary>
    public float ConstantFloat(Value v)
        => MemoryMarshal.Read<float>(_initializers.First(i => i.Value == v).Data);

    /// <summary>Gives a value the name under which callers of the graph find it.</summary>
    public Value Rename(Value v, string name)
    {
        Claim(name);
        v.Name = name;
        return v;
    }

    /// <summary>Gives the nodes that are there other inputs.</summary>
    /// <param name="inputs">A node's new inputs, as many and of the same shapes; nodes that it adds for them come before the node.</param>
    public void Redirect(Func<Node, IReadOnlyList<Value>> inputs)
    {
        List<Node> before = _nodes;
        _nodes = [];
        foreach (Node n in before)
        {
            using IDisposable scope = Scope(n.Scope);
            Node redirected = n.Reading(inputs(n));
            _nodes.Add(redirected);
        }
    }

    /// <summary>Runs <paramref name="body"/> with an empty list of nodes; returns those it added, and its result.</summary>
    private (IReadOnlyList<Node> Nodes, IReadOnlyList<Value> Result) Collected(Func<IReadOnlyList<Value>> body)
    {
        List<Node> outer = _nodes;
        _nodes = [];
        try
        {
            IReadOnlyList<Value> result = body();
            return (_nodes, result);
        }
        finally
        {
            _nodes = outer;
        }
    }

    private void Claim(string name)
    {
        if (!_names.Add(name)) throw new InvalidOperationException($"two values have the name {name}");
    }

    private string Unique(string stem)
    {
        string scope = ScopeName;
        string name = string.Create(CultureInfo.InvariantCulture, $"{(scope.Length > 0 ? scope + "/" : "")}{stem}_{_counter++}");
        Claim(name);
        return name;
    }

    private sealed class ScopeEnd(Stack<string> scopes) : IDisposable
    {
        public void Dispose() => scopes.Pop();
    }
}
