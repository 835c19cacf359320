using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>
/// Reads a graph for one size of the frame: computes what is known before a frame comes, and makes steps of the rest. Every operator has
/// its row in <see cref="Operators"/>.
/// </summary>
internal sealed class GraphReader
{
    /// <summary>Of a frame: blue, green, red.</summary>
    private const int Channels = 3;

    /// <summary>An operator that does not mind which step makes a map, nor whether any does.</summary>
    private const string SizeReader = "Shape";

    /// <summary>Passes through loops after which Mesa's driver in software ends an invocation, without a word, less a few.</summary>
    private const long MostLoops = 65000;

    private readonly NetworkFile _file;
    private readonly Dictionary<string, Operand> _operands = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _readers = new(StringComparer.Ordinal);

    /// <summary>Names that stand for integers in ONNX: all maps are of floats here.</summary>
    private readonly HashSet<string> _integral = new(StringComparer.Ordinal) { ModelManifest.FrameInput };

    /// <summary>Maps that more than one operator reads.</summary>
    private readonly HashSet<Map> _shared = [];

    /// <summary>Maps of codes as floats.</summary>
    private readonly Dictionary<Map, Map> _floats = [];

    /// <param name="file">The graph.</param>
    /// <param name="height">Of the frame.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="outputs">Names of the graph's outputs that are wanted.</param>
    /// <param name="fuses">See <see cref="StepList"/>.</param>
    public GraphReader(NetworkFile file, int height, int width, IReadOnlyList<string> outputs, bool fuses)
    {
        (_file, Steps) = (file, new StepList(fuses));
        IReadOnlyList<NodeProto> nodes = file.NodesFor(outputs);
        IEnumerable<string> read = nodes.Where(n => n.OpType != SizeReader).SelectMany(n => n.Input);
        foreach (string name in read.Concat(outputs)) _readers[name] = _readers.GetValueOrDefault(name) + 1;
        Map frame = new([1, height, width, Channels], new MapShape(Channels, height, width)) { IsInteger = true, HasChannelsLast = true };
        Bind(ModelManifest.FrameInput, Steps.Add(Windows.Frame(frame, frame.Shape)));
        foreach (NodeProto node in nodes) Read(node);
        Outputs = [.. outputs.Select(MapOf)];
    }

    public StepList Steps { get; }

    /// <inheritdoc cref="NodeReader.Opset"/>
    public long Opset => _file.Opset;

    /// <summary>The wanted outputs.</summary>
    public IReadOnlyList<Map> Outputs { get; }

    /// <summary>What a name stands for.</summary>
    /// <exception cref="UserError">Nothing: the file is damaged.</exception>
    public Operand Of(string name)
        => _operands.TryGetValue(name, out Operand? known) ? known
            : _file.Constants.TryGetValue(name, out Constant? constant) ? constant
            : throw new UserError($"{_file.Path}: nothing makes {name}: the file is damaged");

    /// <summary>Names a result.</summary>
    public void Bind(string name, Operand operand)
    {
        _operands[name] = operand;
        if (operand is Map map && _readers.GetValueOrDefault(name) != 1) _shared.Add(map.Storage);
        if (operand is Constant constant && !_file.DependsOnSize(name)) _file.Constants[name] = constant;
    }

    /// <summary>Whether a node or a wanted output reads a result.</summary>
    public bool IsRead(string name) => _readers.ContainsKey(name);

    /// <summary>Whether a name stands for integers in ONNX.</summary>
    public bool IsIntegral(string name) => _integral.Contains(name) || Of(name) is Constant { Integers: not null };

    public bool IsShared(Map map) => _shared.Contains(map.Storage);

    /// <summary>Codes multiplied by what 1 in them stands for: once for all readers, unless the first one continued that map.</summary>
    public Map Floats(Map codes)
    {
        if (_floats.TryGetValue(codes.Storage, out Map? known) && Steps.PlaceOf(known) >= 0 && known.Dims.SequenceEqual(codes.Dims))
        {
            _shared.Add(known.Storage);
            return known;
        }

        return _floats[codes.Storage] = Steps.Append(codes, Pointwise.Of("v * {0}", codes.Unit), codes.Alike(), !IsShared(codes));
    }

    private void Read(NodeProto node)
    {
        if (node.Output.All(o => _file.Constants.ContainsKey(o))) return; // known since another size was read
        if (!Operators.All.TryGetValue(node.OpType, out Operator? known) || node.Domain is not ("" or "ai.onnx"))
            throw new UserError($"{_file.Path}: the gl provider has no operator {node.OpType} (node {node.Name}): use --provider cpu");
        NodeReader reader = new(_file.Path, node, this);
        try
        {
            reader.Check(known);
            known.Read(reader);
        }
        catch (Exception e) when (e is not UserError)
        {
            throw reader.Cannot("its operands and attributes do not go together", e);
        }

        if (Steps.All.Any(s => s.Loops > MostLoops)) throw reader.Cannot("drivers end a shader that adds up as much");
        if (Operators.MakesIntegers(node, node.Input.Count > 0 && IsIntegral(node.Input[0]))) _integral.UnionWith(node.Output);
    }

    private Map MapOf(string name)
    {
        if (Of(name) is not Map map)
            throw new UserError($"{_file.Path}: its output {name} does not depend on the frame: use --provider cpu");
        return map.Unit == 1 ? map : Floats(map);
    }
}
