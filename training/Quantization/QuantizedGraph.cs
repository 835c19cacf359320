using System.Runtime.InteropServices;
using Google.Protobuf;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Quantization;

/// <summary>Writes the graph with QuantizeLinear and DequantizeLinear around the chosen nodes.</summary>
/// <param name="file">The float graph.</param>
/// <param name="chosen">Its nodes and tensors that become integer.</param>
/// <param name="ranges">Of the tensors, measured.</param>
internal sealed class QuantizedGraph(OnnxFile file, QuantizedNodes chosen, IReadOnlyDictionary<string, ValueRange> ranges)
{
    /// <summary>Bits of a bias: one less than its 32, so that the sum of products that is added to it fits too.</summary>
    private const double GreatestBias = 1 << 30;

    private readonly GraphProto _result = new();
    private readonly HashSet<string> _taken = [.. file.Graph.Node.SelectMany(OnnxFile.Reads), .. file.Graph.Node.SelectMany(n => n.Output)];
    private readonly HashSet<string> _storedKernels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, float[]> _leastScales = new(StringComparer.Ordinal);

    public GraphProto Write()
    {
        _result.Name = file.Graph.Name;
        _result.Input.AddRange(file.Graph.Input);
        _result.Output.AddRange(file.Graph.Output);
        foreach (NodeProto conv in file.Graph.Node.Where(IsChosenConv)) WidenForBias(conv);
        foreach (NodeProto node in file.Graph.Node)
        {
            _result.Node.Add(Rewritten(node));
            foreach (string tensor in node.Output.Where(chosen.RangeOf.ContainsKey)) AddCodes(tensor);
            foreach (string tensor in node.Output.Where(chosen.Pictures.ContainsKey)) AddPicture(chosen.Pictures[tensor]);
        }

        DropUnread();
        HashSet<string> read = [.. _result.Node.SelectMany(OnnxFile.Reads), .. _result.Output.Select(o => o.Name)];
        _result.SparseInitializer.AddRange(file.Graph.SparseInitializer);
        _result.Initializer.AddRange(file.Graph.Initializer.Where(i => read.Contains(i.Name)));
        return _result;
    }

    /// <summary>The node with quantised inputs, and if it is a chosen convolution, a quantised kernel and bias.</summary>
    private NodeProto Rewritten(NodeProto node)
    {
        NodeProto n = node.Clone();
        if (IsChosenConv(node)) QuantizeWeights(n, CodesOf(node.Input[0]).Scale, chosen.Pictures.GetValueOrDefault(node.Input[0]));
        for (int i = 0; i < n.Input.Count; i++)
        {
            if (chosen.RangeOf.ContainsKey(n.Input[i]) || (IsChosenConv(node) && chosen.Pictures.ContainsKey(n.Input[i])))
                n.Input[i] = Dequantized(n.Input[i]);
        }

        return n;
    }

    private bool IsChosenConv(NodeProto node) => node.OpType == "Conv" && chosen.Nodes.Contains(node);

    /// <summary>
    /// A bias counts in steps of its channel's scale times that of the input. Where a kernel is next to nothing the steps are so small
    /// that the bias does not fit: the kernel gets larger ones. Several convolutions may share a kernel, not a bias.
    /// </summary>
    private void WidenForBias(NodeProto conv)
    {
        if (conv.Input.Count < 3) return;
        float inputScale = CodesOf(conv.Input[0]).Scale;
        float[] biases = file.Floats(conv.Input[2]), least = new float[biases.Length];
        _leastScales.TryAdd(conv.Input[1], least);
        least = _leastScales[conv.Input[1]];
        for (int c = 0; c < least.Length; c++) least[c] = Math.Max(least[c], (float)(Math.Abs(biases[c]) / (GreatestBias * inputScale)));
    }

    private (float Scale, byte Zero) CodesOf(string tensor) => chosen.CodesOf(tensor, ranges);

    /// <summary>The picture's bytes as planes, which are codes already.</summary>
    private void AddPicture(PictureInput picture)
    {
        string name = picture.Tensor;
        Store(Own(name, "scale"), ElementType.Float, [], [picture.Scale]);
        Store(Own(name, "zero"), ElementType.UInt8, [], [picture.Zero]);
        NodeProto planes = Node("Transpose", Own(name, "codes"), picture.Bytes);
        planes.Attribute.Add(new AttributeProto
        {
            Name = "perm",
            Type = AttributeProto.Types.AttributeType.Ints,
            Ints = { 0, 3, 1, 2 },
        });
        _result.Node.Add(planes);
        _result.Node.Add(Node("DequantizeLinear", Dequantized(name), Own(name, "codes"), Own(name, "scale"), Own(name, "zero")));
    }

    /// <summary>What made the network's input from the picture has no reader left.</summary>
    private void DropUnread()
    {
        HashSet<string> read = [.. _result.Node.SelectMany(OnnxFile.Reads), .. _result.Output.Select(o => o.Name)];
        while (_result.Node.FirstOrDefault(n => !n.Output.Any(read.Contains)) is { } unread)
        {
            _result.Node.Remove(unread);
            read = [.. _result.Node.SelectMany(OnnxFile.Reads), .. _result.Output.Select(o => o.Name)];
        }
    }

    /// <summary>Takes a tensor to integers and back; the nodes after it read the latter.</summary>
    private void AddCodes(string tensor)
    {
        (float scale, byte zero) = CodesOf(tensor);
        Store(Own(tensor, "scale"), ElementType.Float, [], [scale]);
        Store(Own(tensor, "zero"), ElementType.UInt8, [], [zero]);
        _result.Node.Add(Node("QuantizeLinear", Own(tensor, "codes"), tensor, Own(tensor, "scale"), Own(tensor, "zero")));
        _result.Node.Add(Node("DequantizeLinear", Dequantized(tensor), Own(tensor, "codes"), Own(tensor, "scale"), Own(tensor, "zero")));
    }

    /// <summary>A convolution's kernel in 8 bits and its bias in 32, in steps of the kernel's scale times that of its input.</summary>
    private void QuantizeWeights(NodeProto conv, float inputScale, PictureInput? picture)
    {
        string kernel = conv.Input[1];
        long[] shape = file.Dims(kernel);
        float[] values = picture?.InOrder(file.Floats(kernel), shape) ?? file.Floats(kernel);
        (sbyte[] codes, float[] scales) = ChannelCodes.Of(
            values, (int)shape[0], ChannelCodes.GreatestOf(shape[1]), _leastScales.GetValueOrDefault(kernel));
        if (_storedKernels.Add(kernel)) StorePerChannel(kernel, ElementType.Int8, shape, codes, scales);
        conv.Input[1] = Dequantized(kernel);
        if (conv.Input.Count < 3) return;

        string bias = $"{conv.Output[0]}.{conv.Input[2]}"; // the input's scale is in it: one bias for each convolution
        float[] steps = [.. scales.Select(s => s * inputScale)];
        int[] biasCodes = [.. file.Floats(conv.Input[2]).Zip(steps, (value, step) => (int)Math.Round(value / (double)step))];
        StorePerChannel(bias, ElementType.Int32, [shape[0]], biasCodes, steps);
        conv.Input[2] = Dequantized(bias);
    }

    private void StorePerChannel<T>(string name, ElementType type, long[] shape, T[] codes, float[] scales)
        where T : unmanaged
    {
        Store(Own(name, "codes"), type, shape, codes);
        Store(Own(name, "scale"), ElementType.Float, [scales.Length], scales);
        Store(Own(name, "zero"), type, [scales.Length], new T[scales.Length]);
        NodeProto back = Node("DequantizeLinear", Dequantized(name), Own(name, "codes"), Own(name, "scale"), Own(name, "zero"));
        back.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeProto.Types.AttributeType.Int, I = 0 });
        _result.Node.Add(back);
    }

    private void Store<T>(string name, ElementType type, long[] shape, ReadOnlySpan<T> values)
        where T : unmanaged
        => _result.Initializer.Add(new TensorProto
        {
            Name = name,
            DataType = (int)type,
            Dims = { shape },
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        });

    private static NodeProto Node(string op, string output, params string[] inputs)
        => new() { Name = output, OpType = op, Input = { inputs }, Output = { output } };

    private string Dequantized(string tensor) => Own(tensor, "back");

    /// <summary>A name for what is made of a tensor, which the graph has not given to another.</summary>
    private string Own(string tensor, string what)
    {
        string name = $"{tensor}.{what}";
        while (_taken.Contains(name)) name += "_";
        return name;
    }
}
