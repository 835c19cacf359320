using System.Runtime.InteropServices;
using Google.Protobuf;

namespace RealtimeSeg.Core.Onnx;

/// <summary>An .onnx file read from disk: its nodes, and the tensors stored in it by name.</summary>
public sealed class OnnxFile
{
    /// <summary>No layer worth converting is larger; a damaged file may claim to be.</summary>
    private const long MostElements = 1L << 31;

    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    private OnnxFile(string path, ModelProto model)
    {
        (Path, Model) = (path, model);
        foreach (TensorProto t in Graph.Initializer) _tensors[t.Name] = t;
        foreach (NodeProto n in Graph.Node.Where(n => IsConstant(n) && n.Output.Count == 1))
        {
            if (n.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } t) _tensors[n.Output[0]] = t;
        }
    }

    public string Path { get; }

    public ModelProto Model { get; }

    /// <summary>Texts that were stored with the graph, by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata
        => Model.MetadataProps.ToDictionary(e => e.Key, e => e.Value, StringComparer.Ordinal);

    public GraphProto Graph => Model.Graph;

    /// <exception cref="UserError">No such file, or not ONNX.</exception>
    public static OnnxFile Read(string path)
    {
        if (!File.Exists(path)) throw new UserError($"no file {path}: name an .onnx file");
        return Parse(File.ReadAllBytes(path), path);
    }

    /// <param name="bytes">Of a file.</param>
    /// <param name="path">What to call it in messages.</param>
    /// <exception cref="UserError">Not ONNX.</exception>
    public static OnnxFile Parse(byte[] bytes, string path)
    {
        try
        {
            ModelProto model = ModelProto.Parser.ParseFrom(bytes);
            if (model.Graph is not { Node.Count: > 0 }) throw new UserError($"{path} contains no ONNX graph: name another file");
            return new OnnxFile(path, model);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UserError($"{path} is not an ONNX file ({UserError.OneLine(e)}): name another", e);
        }
    }

    /// <summary>Whether a node is nothing but a stored tensor.</summary>
    public static bool IsConstant(NodeProto node) => node.OpType == "Constant";

    public bool IsStored(string name) => _tensors.ContainsKey(name);

    public long[] Dims(string name) => [.. Stored(name).Dims];

    /// <summary>A stored tensor of 32- or 16-bit floats.</summary>
    /// <exception cref="UserError">Absent, of another type, stored in another file, or not as long as its shape.</exception>
    public float[] Floats(string name)
    {
        TensorProto t = Stored(name);
        float[] values = (ElementType)t.DataType switch
        {
            ElementType.Float when t.HasRawData => Cast<float>(t),
            ElementType.Float => [.. t.FloatData],
            ElementType.Float16 when t.HasRawData => [.. Cast<Half>(t).Select(h => (float)h)],
            ElementType.Float16 => [.. t.Int32Data.Select(bits => (float)BitConverter.UInt16BitsToHalf((ushort)bits))],
            _ => throw new UserError($"{Path}: tensor {name} is of type {t.DataType}; weights must be 32- or 16-bit floats"),
        };
        return Whole(t, values);
    }

    /// <summary>A stored list of integers.</summary>
    public long[] Ints(string name)
    {
        if (TypeOf(name) != ElementType.Int64)
            throw new UserError($"{Path}: tensor {name} is of type {(int)TypeOf(name)}; 64-bit integers were expected");
        return Integers(name);
    }

    /// <summary>The type of a stored tensor's elements.</summary>
    public ElementType TypeOf(string name) => (ElementType)Stored(name).DataType;

    /// <summary>A stored tensor of integers of any width, or of truth values.</summary>
    /// <exception cref="UserError">Absent, of another type, stored in another file, or not as long as its shape.</exception>
    public long[] Integers(string name)
    {
        TensorProto t = Stored(name);
        long[] values = (ElementType)t.DataType switch
        {
            ElementType.Int64 => t.HasRawData ? Cast<long>(t) : [.. t.Int64Data],
            _ when !t.HasRawData => [.. t.Int32Data],
            ElementType.Int32 => [.. Cast<int>(t)],
            ElementType.Int8 => [.. Cast<sbyte>(t)],
            ElementType.UInt8 or ElementType.Bool => [.. Cast<byte>(t)],
            _ => throw new UserError($"{Path}: tensor {name} is of type {t.DataType}; integers were expected"),
        };
        return Whole(t, values);
    }

    /// <summary>The nodes that some tensors need, in their order.</summary>
    public static IReadOnlyList<NodeProto> NodesFor(GraphProto graph, IEnumerable<string> tensors)
    {
        HashSet<string> wanted = new(tensors, StringComparer.Ordinal);
        List<NodeProto> needed = [];
        foreach (NodeProto node in graph.Node.Reverse().Where(n => n.Output.Any(wanted.Contains)))
        {
            wanted.UnionWith(Reads(node)); // they are in execution order: whoever makes these comes before
            needed.Add(node);
        }

        needed.Reverse();
        return needed;
    }

    /// <summary>The graphs within a node: the branches of an If, the body of a Loop.</summary>
    public static IEnumerable<GraphProto> Within(NodeProto node)
        => node.Attribute.SelectMany(a => a.G is null ? a.Graphs : a.Graphs.Append(a.G));

    /// <summary>The tensors that a node reads, and those that the graphs within it take from around them: every name in these.</summary>
    public static IEnumerable<string> Reads(NodeProto node) => Within(node)
        .SelectMany(g => g.Node.SelectMany(Reads).Concat(g.Output.Select(o => o.Name)))
        .Concat(node.Input);

    /// <summary>A node's attribute, or a default if the node lacks it.</summary>
    public static long Int(NodeProto n, string name, long otherwise) => Attribute(n, name) is { HasI: true } a ? a.I : otherwise;

    public static float Float(NodeProto n, string name, float otherwise) => Attribute(n, name) is { HasF: true } a ? a.F : otherwise;

    public static string Text(NodeProto n, string name) => Attribute(n, name)?.S.ToStringUtf8() ?? "";

    public static long[] IntList(NodeProto n, string name, params long[] otherwise)
        => Attribute(n, name) is { Ints.Count: > 0 } a ? [.. a.Ints] : otherwise;

    /// <summary>Whether an attribute that is a tensor is absent, or has nothing but zeros.</summary>
    public static bool IsZero(NodeProto n, string name) => Attribute(n, name)?.T is not { } t
        || (t.RawData.Span.IndexOfAnyExcept((byte)0) < 0
            && t.FloatData.All(f => f == 0) && t.Int32Data.All(i => i == 0) && t.Int64Data.All(i => i == 0));

    private static AttributeProto? Attribute(NodeProto n, string name) => n.Attribute.FirstOrDefault(a => a.Name == name);

    private TensorProto Stored(string name)
    {
        if (!_tensors.TryGetValue(name, out TensorProto? t))
            throw new UserError($"{Path}: tensor {name} is not stored in the file: only fixed weights can be read");
        if (t.DataLocation != 0)
            throw new UserError($"{Path}: tensor {name} is stored in another file: save the model with its weights inside");
        return t;
    }

    private T[] Cast<T>(TensorProto t)
        where T : unmanaged
    {
        ReadOnlySpan<byte> raw = t.RawData.Span;
        if (raw.Length % Marshal.SizeOf<T>() != 0) throw new UserError($"{Path}: tensor {t.Name} is damaged");
        return MemoryMarshal.Cast<byte, T>(raw).ToArray();
    }

    private T[] Whole<T>(TensorProto t, T[] values)
    {
        if (values.Length == Count(t)) return values;
        string shape = string.Join(',', t.Dims);
        throw new UserError($"{Path}: tensor {t.Name} has {values.Length} values for shape [{shape}]: the file is damaged");
    }

    private long Count(TensorProto t)
    {
        long count = 1;
        foreach (long d in t.Dims)
        {
            if (d < 0 || (d > 0 && count > MostElements / d))
                throw new UserError($"{Path}: tensor {t.Name} has the impossible shape [{string.Join(',', t.Dims)}]");
            count *= d;
        }

        return count;
    }
}
