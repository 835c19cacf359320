using Google.Protobuf;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Metrics;

/// <summary>An output more for an exported model: what its labels were decided from.</summary>
internal static class ProbabilityOutput
{
    /// <summary>The probability of each class, float32 [1,K,H',W']: padded to what the network's strides need.</summary>
    public const string Name = "probabilities";

    /// <param name="model">Bytes of an exported .onnx file.</param>
    /// <param name="name">What to call it in messages.</param>
    /// <exception cref="UserError">Not an ONNX file, or its labels are not decided by an ArgMax.</exception>
    public static byte[] AddTo(byte[] model, string name)
    {
        OnnxFile file = OnnxFile.Parse(model, name);
        NodeProto? decides = Decides(file.Graph) ?? throw new UserError($"{name}: its labels come from no ArgMax: leave --proposals out");
        NodeProto softmax = new() { OpType = "Softmax", Name = Name, Input = { decides.Input[0] }, Output = { Name } };
        softmax.Attribute.Add(new AttributeProto { Name = "axis", I = 1, Type = AttributeProto.Types.AttributeType.Int });
        file.Graph.Node.Add(softmax);
        TypeProto type = new() { TensorType = new TypeProto.Types.Tensor { ElemType = (int)ElementType.Float } };
        file.Graph.Output.Add(new ValueInfoProto { Name = Name, Type = type });
        return file.Model.ToByteArray();
    }

    /// <summary>The ArgMax that the labels come from, through casts and crops.</summary>
    private static NodeProto? Decides(GraphProto graph)
    {
        string value = ModelManifest.LabelsOutput;
        while (graph.Node.FirstOrDefault(n => n.Output.Contains(value)) is { } node)
        {
            if (node.OpType == "ArgMax") return node;
            value = node.Input.FirstOrDefault() ?? "";
        }

        return null;
    }
}
