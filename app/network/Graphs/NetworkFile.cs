using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>An .onnx file together with what holds for all sizes of it: its weights, from whatever form they are stored in.</summary>
public sealed class NetworkFile
{
    private readonly OnnxFile _file;
    private readonly HashSet<string> _ofSize = new(StringComparer.Ordinal);

    /// <exception cref="UserError">Not a file whose weights can be read.</exception>
    public NetworkFile(OnnxFile file)
    {
        _file = file;
        foreach (TensorProto t in file.Graph.Initializer) Constants[t.Name] = Stored(t.Name);
        foreach (NodeProto n in file.Graph.Node.Where(n => OnnxFile.IsConstant(n) && file.IsStored(n.Output[0])))
            Constants[n.Output[0]] = Stored(n.Output[0]);
        HashSet<string> ofFrame = [.. file.Graph.Input.Select(i => i.Name).Where(i => !file.IsStored(i))];
        foreach (NodeProto node in file.Graph.Node.Where(n => n.Input.Any(ofFrame.Contains)))
        {
            ofFrame.UnionWith(node.Output);
            _ofSize.UnionWith(node.Output);
        }
    }

    public string Path => _file.Path;

    /// <inheritdoc cref="NodeReader.Opset"/>
    public long Opset => _file.Model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? long.MaxValue;

    /// <summary>Numbers that hold for all sizes, by name.</summary>
    public Dictionary<string, Constant> Constants { get; } = new(StringComparer.Ordinal);

    public bool HasOutput(string name) => _file.Graph.Output.Any(o => o.Name == name);

    /// <summary>Whether a name's numbers, if they are known at all, depend on the frame's size.</summary>
    public bool DependsOnSize(string name) => _ofSize.Contains(name);

    /// <summary>The nodes that some outputs need, in their order.</summary>
    public IReadOnlyList<NodeProto> NodesFor(IEnumerable<string> outputs)
        => [.. OnnxFile.NodesFor(_file.Graph, outputs).Where(n => !OnnxFile.IsConstant(n))];

    private Constant Stored(string name) => _file.TypeOf(name) is ElementType.Float or ElementType.Float16
        ? new Constant(_file.Dims(name), _file.Floats(name), null)
        : new Constant(_file.Dims(name), null, _file.Integers(name), _file.TypeOf(name) != ElementType.UInt8)
        {
            IsByte = _file.TypeOf(name) is ElementType.UInt8 or ElementType.Int8,
        };
}
