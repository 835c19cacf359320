using System.Runtime.InteropServices;
using Google.Protobuf;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>Brings a graph that others exported into the form that is quantised.</summary>
internal static class ForeignGraph
{
    /// <summary>From this IR version on, stored tensors need not be inputs too.</summary>
    private const long WithoutWeights = 4;

    /// <summary>
    /// Takes weights out of the inputs, where older exporters list them, and makes floats of 32 bits of all that has 16, which
    /// CPUs compute in 32 anyway. The graph computes the same, but for what 16 bits rounded off.
    /// </summary>
    /// <param name="model">Is changed.</param>
    /// <param name="path">Of its file, for messages.</param>
    /// <returns>Whether there was anything to do.</returns>
    /// <exception cref="UserError">A tensor of 16 bits is stored in another file.</exception>
    public static bool Simplify(ModelProto model, string path)
    {
        HashSet<string> stored = [.. model.Graph.Initializer.Select(t => t.Name)];
        ValueInfoProto[] weights = [.. model.Graph.Input.Where(i => stored.Contains(i.Name))];
        foreach (ValueInfoProto weight in weights) model.Graph.Input.Remove(weight);
        if (weights.Length > 0) model.IrVersion = Math.Max(model.IrVersion, WithoutWeights);
        bool isHalf = HasHalves(model.Graph);
        if (isHalf) Widen(model.Graph, path);
        return isHalf || weights.Length > 0;
    }

    private static bool HasHalves(GraphProto graph)
        => Tensors(graph).Any(t => IsHalf(t.DataType))
            || graph.Node.Any(n => n.Attribute.Any(MakesHalves) || OnnxFile.Within(n).Any(HasHalves));

    private static void Widen(GraphProto graph, string path)
    {
        foreach (TensorProto t in Tensors(graph).Where(t => IsHalf(t.DataType))) Widen(t, path);
        foreach (ValueInfoProto v in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
        {
            if (v.Type?.TensorType is { } type && IsHalf(type.ElemType)) type.ElemType = (int)ElementType.Float;
        }

        foreach (NodeProto n in graph.Node)
        {
            foreach (AttributeProto a in n.Attribute.Where(MakesHalves)) a.I = (int)ElementType.Float;
            foreach (GraphProto inner in OnnxFile.Within(n)) Widen(inner, path);
        }
    }

    private static void Widen(TensorProto t, string path)
    {
        if (t.DataLocation != 0)
            throw new UserError($"{path}: tensor {t.Name} is stored in another file: save the model with its weights inside");
        IEnumerable<Half> halves = t.HasRawData
            ? MemoryMarshal.Cast<byte, Half>(t.RawData.Span).ToArray()
            : t.Int32Data.Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits));
        float[] values = [.. halves.Select(h => (float)h)];
        t.Int32Data.Clear();
        t.DataType = (int)ElementType.Float;
        t.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values));
    }

    /// <summary>The tensors that are stored in a graph, those in its nodes included.</summary>
    private static IEnumerable<TensorProto> Tensors(GraphProto graph)
        => graph.Initializer.Concat(graph.Node.SelectMany(n => n.Attribute).Select(a => a.T).OfType<TensorProto>());

    /// <summary>Whether an attribute, of Cast or of what makes tensors from nothing, names the type of 16 bits.</summary>
    private static bool MakesHalves(AttributeProto a) => a.Name is "to" or "dtype" && a.HasI && IsHalf((int)a.I);

    private static bool IsHalf(int type) => type == (int)ElementType.Float16;
}
