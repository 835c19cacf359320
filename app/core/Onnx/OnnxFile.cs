using System.Runtime.InteropServices;
using Google.Protobuf;

namespace RealtimeSeg.Core.Onnx;

/// <summary>An .onnx file as it lies on disk: nodes, and the tensors stored in it by name.</summary>
public sealed class OnnxFile
{
    /// <summary>No layer anyone means to convert is larger; a damaged file may say otherwise.</summary>
    private const long MostElements = 1L << 31;

    private readonly Dictionary<string, TensorProto> _tensors = new(StringComparer.Ordinal);

    private OnnxFile(string path, ModelProto model)
    {
        (Path, Model) = (path, model);
        foreach (TensorProto t in Graph.Initializer) _tensors[t.Name] = t;
        foreach (NodeProto n in Graph.Node.Where(n => n.OpType == "Constant" && n.Output.Count == 1))
        {
            if (n.Attribute.FirstOrDefault(a => a.Name == "value")?.T is { } t) _tensors[n.Output[0]] = t;
        }
    }

    public string Path { get; }

    public ModelProto Model { get; }

    public GraphProto Graph => Model.Graph;

    /// <exception cref="UserError">No such file, or not ONNX.</exception>
    public static OnnxFile Read(string path)
    {
        if (!File.Exists(path)) throw new UserError($"no file {path}: name an .onnx file");
        try
        {
            ModelProto model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
            return model.Graph is { Node.Count: > 0 } ? new OnnxFile(path, model) : throw new UserError($"{path} holds no ONNX graph: name another file");
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new UserError($"{path} is not an ONNX file ({UserError.OneLine(e)}): name another", e);
        }
    }

    public bool IsStored(string name) => _tensors.ContainsKey(name);

    public long[] Dims(string name) => [.. Stored(name).Dims];

    /// <summary>A stored tensor of 32- or 16-bit floats.</summary>
    /// <exception cref="UserError">Absent, of another type, kept in another file, or not as long as its shape says.</exception>
    public float[] Floats(string name)
    {
        TensorProto t = Stored(name);
        float[] values = (ElementType)t.DataType switch
        {
            ElementType.Float when t.HasRawData => Cast<float>(t),
            ElementType.Float => [.. t.FloatData],
            ElementType.Float16 when t.HasRawData => [.. Cast<Half>(t).Select(h => (float)h)],
            _ => throw new UserError($"{Path}: tensor {name} is of type {t.DataType}; weights must be 32- or 16-bit floats"),
        };
        if (values.Length != Count(t)) throw new UserError($"{Path}: tensor {name} holds {values.Length} values for shape [{string.Join(',', t.Dims)}]: the file is damaged");
        return values;
    }

    /// <summary>A stored list of integers.</summary>
    public long[] Ints(string name)
    {
        TensorProto t = Stored(name);
        long[] values = (ElementType)t.DataType == ElementType.Int64 ? t.HasRawData ? Cast<long>(t) : [.. t.Int64Data] : throw new UserError($"{Path}: tensor {name} is of type {t.DataType}; 64-bit integers were expected");
        return values.Length == Count(t) ? values : throw new UserError($"{Path}: tensor {name} is damaged");
    }

    public static long Int(NodeProto n, string name, long otherwise) => n.Attribute.FirstOrDefault(a => a.Name == name) is { HasI: true } a ? a.I : otherwise;

    public static float Float(NodeProto n, string name, float otherwise) => n.Attribute.FirstOrDefault(a => a.Name == name) is { HasF: true } a ? a.F : otherwise;

    public static string Text(NodeProto n, string name) => n.Attribute.FirstOrDefault(a => a.Name == name)?.S.ToStringUtf8() ?? "";

    public static long[] IntList(NodeProto n, string name, params long[] otherwise) => n.Attribute.FirstOrDefault(a => a.Name == name) is { Ints.Count: > 0 } a ? [.. a.Ints] : otherwise;

    private TensorProto Stored(string name)
    {
        if (!_tensors.TryGetValue(name, out TensorProto? t)) throw new UserError($"{Path}: tensor {name} is not stored in the file: only fixed weights can be taken over");
        if (t.DataLocation != 0) throw new UserError($"{Path}: tensor {name} lies in another file: save the model with its weights inside");
        return t;
    }

    private T[] Cast<T>(TensorProto t)
        where T : unmanaged
    {
        ReadOnlySpan<byte> raw = t.RawData.Span;
        return raw.Length % Marshal.SizeOf<T>() == 0 ? MemoryMarshal.Cast<byte, T>(raw).ToArray() : throw new UserError($"{Path}: tensor {t.Name} is damaged");
    }

    private long Count(TensorProto t)
    {
        long count = 1;
        foreach (long d in t.Dims)
        {
            if (d < 0 || (d > 0 && count > MostElements / d)) throw new UserError($"{Path}: tensor {t.Name} has the impossible shape [{string.Join(',', t.Dims)}]");
            count *= d;
        }

        return count;
    }
}
