using Google.Protobuf;
using RealtimeSeg.Core.Onnx;
using static RealtimeSeg.Core.Onnx.AttributeProto.Types;

namespace RealtimeSeg.Training.Graph;

/// <summary>Turns a <see cref="GraphBuilder"/> into the bytes of an .onnx file (opset 17, IR version 8).</summary>
public static class OnnxWriter
{
    public const int Opset = 17;
    public const int IrVersion = 8;

    /// <summary>Serialises the part of the graph that the outputs need. All inputs are kept, so that callers may bind them.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="outputs">The file's outputs.</param>
    /// <param name="metadata">The file's <c>metadata_props</c>.</param>
    public static byte[] Write(GraphBuilder g, IReadOnlyList<Value> outputs, IReadOnlyDictionary<string, string>? metadata = null)
    {
        List<Node> nodes = Needed(g, outputs);
        HashSet<Value> read = [.. nodes.SelectMany(n => n.Inputs), .. outputs];
        GraphProto graph = new() { Name = "RealtimeSeg" };
        graph.Node.AddRange(nodes.Select(ToProto));
        graph.Input.AddRange(g.Inputs.Select(ToProto));
        graph.Output.AddRange(outputs.Select(ToProto));
        graph.Initializer.AddRange(g.Initializers.Where(i => read.Contains(i.Value)).Select(ToProto));

        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "RealtimeSeg", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        if (nodes.Any(n => n.Domain == GraphBuilder.MicrosoftDomain))
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = GraphBuilder.MicrosoftDomain, Version = 1 });
        if (metadata is not null) Describe(model, metadata);
        return model.ToByteArray();
    }

    /// <summary>Replaces a model's <c>metadata_props</c>.</summary>
    public static void Describe(ModelProto model, IReadOnlyDictionary<string, string> metadata)
    {
        model.MetadataProps.Clear();
        model.MetadataProps.AddRange(metadata.Select(m => new StringStringEntryProto { Key = m.Key, Value = m.Value }));
    }

    /// <summary>The primitive nodes on a path to the outputs, in execution order.</summary>
    private static List<Node> Needed(GraphBuilder g, IReadOnlyList<Value> outputs)
    {
        HashSet<Value> wanted = [.. outputs];
        List<Node> kept = [];
        foreach (Node n in g.Nodes.SelectMany(Flatten).Reverse())
        {
            if (!n.Outputs.Any(wanted.Contains)) continue;
            kept.Add(n);
            wanted.UnionWith(n.Inputs);
        }

        kept.Reverse();
        return kept;
    }

    private static IEnumerable<Node> Flatten(Node n) => n.Body is null ? [n] : n.Body.SelectMany(Flatten);

    private static NodeProto ToProto(Node n)
    {
        NodeProto p = new() { Name = n.Outputs[0].Name, OpType = n.Op, Domain = n.Domain };
        p.Input.AddRange(n.Inputs.Select(v => v.Name));
        p.Output.AddRange(n.Outputs.Select(v => v.Name));
        p.Attribute.AddRange(n.Attributes.Select(a => ToProto(a.Key, a.Value)));
        return p;
    }

    private static AttributeProto ToProto(string name, object value)
    {
        AttributeProto a = new() { Name = name };
        switch (value)
        {
            case long i:
                a.Type = AttributeType.Int;
                a.I = i;
                break;
            case float f:
                a.Type = AttributeType.Float;
                a.F = f;
                break;
            case string s:
                a.Type = AttributeType.String;
                a.S = ByteString.CopyFromUtf8(s);
                break;
            case long[] list:
                a.Type = AttributeType.Ints;
                a.Ints.AddRange(list);
                break;
            default:
                throw new ArgumentException($"attribute {name}: no ONNX form for {value.GetType()}");
        }

        return a;
    }

    private static ValueInfoProto ToProto(Value v)
    {
        TensorShapeProto shape = new();
        for (int i = 0; i < v.Shape.Rank; i++)
        {
            shape.Dim.Add(v.Shape[i] == Shape.Dynamic
                ? new TensorShapeProto.Types.Dimension { DimParam = $"{v.Name}_d{i}" }
                : new TensorShapeProto.Types.Dimension { DimValue = v.Shape[i] });
        }

        return new ValueInfoProto
        {
            Name = v.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)v.Type, Shape = shape } },
        };
    }

    private static TensorProto ToProto(StoredTensor stored)
    {
        Value v = stored.Value;
        TensorProto t = new() { Name = v.Name, DataType = (int)v.Type, RawData = UnsafeByteOperations.UnsafeWrap(stored.Data) };
        t.Dims.AddRange(v.Shape.ToArray());
        return t;
    }
}
