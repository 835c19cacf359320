using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Quantization;

/// <summary>The nodes of a graph that compute in integers: convolutions, and what lies between them and works on integers too.</summary>
internal sealed class QuantizedNodes
{
    /// <summary>
    /// Convolutions of fewer channels stay in floats, unless they read the picture's bytes, as do those that give the logits of classes,
    /// however many, which gain little and lose much.
    /// </summary>
    public const int FewestChannels = 16;

    private readonly OnnxFile _file;
    private readonly Dictionary<string, int> _uses;
    private readonly HashSet<string> _inputs, _outputs;
    private readonly bool _isThirdParty;
    private readonly HashSet<NodeProto> _nodes = [];
    private readonly Dictionary<string, PictureInput> _pictures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _rangeOf = new(StringComparer.Ordinal);

    private QuantizedNodes(OnnxFile file)
    {
        _file = file;
        _uses = file.Graph.Node.SelectMany(OnnxFile.Reads).CountBy(i => i, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        _isThirdParty = !file.Graph.Input.Any(i => i.Name == ModelManifest.FrameInput);
        _inputs = [.. file.Graph.Input.Select(i => i.Name)];
        _outputs = [.. file.Graph.Output.Select(o => o.Name)];
    }

    /// <summary>The chosen nodes.</summary>
    public IReadOnlySet<NodeProto> Nodes => _nodes;

    /// <summary>By tensor in integers, the tensor whose range it has: itself, mostly.</summary>
    public IReadOnlyDictionary<string, string> RangeOf => _rangeOf;

    /// <summary>By name, the tensors that are the picture's bytes: their codes are known, and not measured.</summary>
    public IReadOnlyDictionary<string, PictureInput> Pictures => _pictures;

    /// <summary>The tensors whose ranges have to be known.</summary>
    public IReadOnlyList<string> Measured => [.. _rangeOf.Values.Distinct(StringComparer.Ordinal)];

    /// <summary>What the codes of a tensor stand for: value = scale × (code − zero).</summary>
    /// <param name="tensor">In integers, or the picture's bytes.</param>
    /// <param name="ranges">Of the tensors that are <see cref="Measured"/>.</param>
    public (float Scale, byte Zero) CodesOf(string tensor, IReadOnlyDictionary<string, ValueRange> ranges)
        => _pictures.TryGetValue(tensor, out PictureInput? picture) ? (picture.Scale, picture.Zero) : ranges[_rangeOf[tensor]].Codes();

    /// <summary>Chooses in one pass over the graph, which is in execution order.</summary>
    public static QuantizedNodes Choose(OnnxFile file)
    {
        QuantizedNodes chosen = new(file);
        foreach (NodeProto n in file.Graph.Node) chosen.Consider(n);
        return chosen;
    }

    private void Consider(NodeProto n)
    {
        string[] read = [.. n.Input.Where(i => i.Length > 0 && !_file.IsStored(i))];
        switch (n.OpType)
        {
            case "Conv" when ReadsPicture(n):
                _nodes.Add(n);
                _rangeOf.TryAdd(AfterRelu(n.Output[0]), AfterRelu(n.Output[0]));
                break;
            case "Conv" or "Add" when read.Any(_inputs.Contains):
                break; // nobody makes codes of it
            case "Conv" when IsLarge(n) && !GivesScores(n):
            case "Add" when read.Length == 2 && read.Any(_rangeOf.ContainsKey):
                _nodes.Add(n);
                foreach (string tensor in read.Append(AfterRelu(n.Output[0]))) _rangeOf.TryAdd(tensor, tensor);
                break;
            case "Resize" when OnnxFile.Text(n, "mode") == "cubic":
                break; // overshoots
            case "MaxPool" or "Resize" when n.Output.Count == 1 && _rangeOf.TryGetValue(read[0], out string? range):
                _nodes.Add(n);
                _rangeOf[n.Output[0]] = range; // neither leaves the range of its input
                break;
        }
    }

    /// <summary>Whether it is a first convolution of many outputs. Its kernel is rewritten: nothing else may read that.</summary>
    private bool ReadsPicture(NodeProto conv)
    {
        if (!HasFloats(conv) || _file.Dims(conv.Input[1]) is not [>= FewestChannels, 3, _, _]) return false;
        if (!_pictures.TryGetValue(conv.Input[0], out PictureInput? picture)) picture = PictureInput.Of(_file, conv.Input[0]);
        IEnumerable<NodeProto> readers = _file.Graph.Node.Where(n => OnnxFile.Reads(n).Contains(conv.Input[1], StringComparer.Ordinal));
        if (picture is null || !readers.All(n => PictureInput.Of(_file, n.Input[0]) is not null)) return false;
        _pictures[picture.Tensor] = picture;
        return true;
    }

    private bool IsLarge(NodeProto conv)
        => HasFloats(conv) && _file.Dims(conv.Input[1]) is [>= FewestChannels, var perGroup, _, _]
            && perGroup * OnnxFile.Int(conv, "group", 1) >= FewestChannels;

    private bool HasFloats(NodeProto conv)
        => conv.Input.Skip(1).All(_file.IsStored) && _file.TypeOf(conv.Input[1]) == ElementType.Float;

    private bool GivesScores(NodeProto conv)
        => conv.Name.Split('/').Any(scope => scope.StartsWith(Layers.Score, StringComparison.Ordinal))
            || (_isThirdParty && LeadsOut(conv.Output[0]));

    /// <summary>Whether nothing but enlarging and deciding lies between a tensor and an output: others' names tell nothing.</summary>
    private bool LeadsOut(string tensor)
    {
        while (!_outputs.Contains(tensor))
        {
            NodeProto[] readers = [.. _file.Graph.Node.Where(n => OnnxFile.Reads(n).Contains(tensor, StringComparer.Ordinal))];
            if (readers is not [{ OpType: "Resize" or "Softmax" or "Sigmoid" or "ArgMax" or "Transpose" or "Cast" } reader]) return false;
            tensor = reader.Output[0];
        }

        return true;
    }

    /// <summary>If only a ReLU or a clip reads a result, it becomes part of the operator: the integers span its range.</summary>
    private string AfterRelu(string tensor)
    {
        if (_uses.GetValueOrDefault(tensor) != 1 || _outputs.Contains(tensor)) return tensor;
        NodeProto? reader = _file.Graph.Node.FirstOrDefault(n => n.Input.Contains(tensor));
        return reader?.OpType is "Relu" or "Clip" ? reader.Output[0] : tensor;
    }
}
