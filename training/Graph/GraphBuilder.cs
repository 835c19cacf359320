using System.Globalization;
using System.Runtime.InteropServices;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Graph;

/// <summary>
/// Collects nodes in execution order, with every value's type and shape known when it is made. Operators (folder Ops) state their
/// shape rule where they call <see cref="Add(string, IReadOnlyList{Value}, Shape, ElementType?, string, ValueTuple{string, object}[])"/>.
/// </summary>
public sealed class GraphBuilder
{
    /// <summary>ONNX Runtime's own operators; used in training graphs only, never in exported ones.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    private readonly List<Value> _inputs = [];
    private readonly List<(Value Value, byte[] Data)> _initializers = [];
    private readonly Dictionary<string, Value> _constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Stack<string> _scopes = new();
    private List<Node> _nodes = [];
    private int _counter;

    public IReadOnlyList<Node> Nodes => _nodes;
    public IReadOnlyList<Value> Inputs => _inputs;
    public IReadOnlyList<(Value Value, byte[] Data)> Initializers => _initializers;

    private string ScopeName => string.Join('/', _scopes.Reverse());

    /// <summary>Names made inside the returned scope start with <paramref name="name"/>; dispose it to leave.</summary>
    public IDisposable Scope(string name)
    {
        _scopes.Push(name);
        return new ScopeEnd(_scopes);
    }

    public Value Input(string name, ElementType type, Shape shape)
    {
        Claim(name);
        Value v = new(name, type, shape);
        _inputs.Add(v);
        return v;
    }

    /// <summary>A named initializer: a weight that is part of the file.</summary>
    public Value Initializer(string name, ReadOnlySpan<float> data, Shape shape)
    {
        if (data.Length != shape.Count) throw new ArgumentException($"{name}: {data.Length} values for shape {shape}");
        Claim(name);
        Value v = new(name, ElementType.Float, shape);
        _initializers.Add((v, MemoryMarshal.AsBytes(data).ToArray()));
        return v;
    }

    /// <summary>The same, stored as another type and cast to float when the file is loaded: ONNX Runtime folds the cast away.</summary>
    public Value CastInitializer(string name, ReadOnlySpan<byte> data, ElementType type, Shape shape)
    {
        Claim(name);
        Value stored = new(name, type, shape);
        _initializers.Add((stored, data.ToArray()));
        return Add("Cast", [stored], shape, ElementType.Float, attributes: [("to", (long)ElementType.Float)]);
    }

    public Value Constant(float value) => Constant([value], Shape.Scalar);

    public Value Constant(ReadOnlySpan<float> data, Shape shape) => Constant(MemoryMarshal.AsBytes(data), ElementType.Float, shape);

    /// <summary>A one-dimensional list of integers: axes, pads, a target shape.</summary>
    public Value Constant(params long[] data) => Constant(MemoryMarshal.AsBytes<long>(data), ElementType.Int64, new Shape(data.Length));

    /// <summary>A constant of any type; equal constants are stored once.</summary>
    public Value Constant(ReadOnlySpan<byte> data, ElementType type, Shape shape)
    {
        byte[] bytes = data.ToArray();
        string? key = bytes.Length <= 256 ? $"{type}{shape}{Convert.ToHexString(bytes)}" : null;
        if (key is not null && _constants.TryGetValue(key, out Value? known)) return known;
        Value v = new(Unique("const"), type, shape);
        _initializers.Add((v, bytes));
        if (key is not null) _constants[key] = v;
        return v;
    }

    /// <summary>Adds a node with one output.</summary>
    public Value Add(string op, IReadOnlyList<Value> inputs, Shape shape, ElementType? type = null, string domain = "", params (string Name, object Value)[] attributes)
        => Add(op, inputs, [(type ?? inputs[0].Type, shape)], domain, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    public IReadOnlyList<Value> Add(string op, IReadOnlyList<Value> inputs, IReadOnlyList<(ElementType Type, Shape Shape)> outputs, string domain = "", params (string Name, object Value)[] attributes)
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
    /// Adds a composite: what <paramref name="body"/> adds becomes one node, differentiated by the rule named <paramref name="op"/>.
    /// The attributes are for that rule only; they are not written to the file.
    /// </summary>
    public IReadOnlyList<Value> Composite(string op, IReadOnlyList<Value> inputs, Func<IReadOnlyList<Value>> body, params (string Name, object Value)[] attributes)
    {
        List<Node> outer = _nodes;
        _nodes = [];
        IReadOnlyList<Value> outputs;
        IReadOnlyList<Node> inner;
        try
        {
            outputs = body();
            inner = _nodes;
        }
        finally
        {
            _nodes = outer;
        }

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

    /// <summary>Gives a value the name that callers of the graph know it by.</summary>
    public Value Rename(Value v, string name)
    {
        Claim(name);
        v.Name = name;
        return v;
    }

    private void Claim(string name)
    {
        if (!_names.Add(name)) throw new InvalidOperationException($"two values are called {name}");
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
