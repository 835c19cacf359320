using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>
/// Names for a graph's tensors that are the same wherever its network is built, for training, for export, for several sizes of the image:
/// the layer of the last convolution before the tensor, and the operators since, such as <c>e1.down/Relu</c>. Operators that only move
/// values add nothing. Where ways join, the last input counts; of unpooling the first, because the other one has switches. Two tensors
/// may have one name, and then share a range.
/// </summary>
internal static class TensorNames
{
    private static readonly HashSet<string> Movers = new(StringComparer.Ordinal)
    {
        "Reshape", "Transpose", "Pad", "Slice", "Expand", "MaxUnpool", "ScatterElements",
    };

    /// <returns>By tensor; sizes and stored tensors have none.</returns>
    public static IReadOnlyDictionary<string, string> Of(OnnxFile file)
    {
        Dictionary<string, string> names = file.Graph.Input.ToDictionary(i => i.Name, i => i.Name, StringComparer.Ordinal);
        foreach (NodeProto node in file.Graph.Node.Where(n => n.OpType != "Shape"))
        {
            string? before = (node.OpType == "MaxUnpool" ? node.Input.Take(1) : node.Input).LastOrDefault(names.ContainsKey);
            if (before is null) continue;
            bool isLayer = node.OpType is "Conv" or "ConvTranspose" && file.IsStored(node.Input[1]);
            string name = isLayer ? LayerOf(node.Input[1]) : names[before] + (Movers.Contains(node.OpType) ? "" : "/" + node.OpType);
            foreach (string output in node.Output) names[output] = name;
        }

        return names;
    }

    /// <summary>A kernel's layer, whether batch norm was folded into it by the exporter or in the graph.</summary>
    private static string LayerOf(string kernel) => kernel.LastIndexOf('.') is > 0 and var dot ? kernel[..dot] : kernel;
}
