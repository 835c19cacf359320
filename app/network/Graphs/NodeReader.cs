using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>A node that is being read: its operands, its attributes and where its results go.</summary>
/// <param name="path">Of the file, for messages.</param>
/// <param name="node">The node.</param>
/// <param name="graph">Its graph.</param>
internal sealed class NodeReader(string path, NodeProto node, GraphReader graph)
{
    private readonly Dictionary<string, Map> _floats = new(StringComparer.Ordinal);

    public StepList Steps => graph.Steps;

    public string Operator => node.OpType;

    public bool Has(int input) => input < node.Input.Count && node.Input[input].Length > 0;

    /// <summary>Whether anything reads a result: exported operators have some that nobody does.</summary>
    public bool IsRead(int output) => output < node.Output.Count && graph.IsRead(node.Output[output]);

    /// <summary>An operand in its own unit: codes are multiplied by their scale first.</summary>
    public Operand this[int input] => Raw(input) is Map { Unit: not 1 } codes ? Floats(input, codes) : Raw(input);

    /// <summary>An operand as it is, for readers that know of <see cref="Map.Unit"/>; floats once they were asked for.</summary>
    public Operand Raw(int input) => _floats.TryGetValue(node.Input[input], out Map? floats) ? floats : graph.Of(node.Input[input]);

    /// <summary>The version of ONNX's operators that the file was written for.</summary>
    public long Opset => graph.Opset;

    public int Inputs => node.Input.Count;

    /// <summary>Whether an operand is of integers in ONNX.</summary>
    public bool IsIntegral(int input) => graph.IsIntegral(node.Input[input]);

    /// <summary>Refuses what an operator's reader does not know of.</summary>
    /// <exception cref="UserError">The node has such an input or attribute.</exception>
    public void Check(Operator known)
    {
        if (node.Input.Skip(known.Inputs).Any(i => i.Length > 0)) throw Cannot($"it has {node.Input.Count} inputs");
        string[] names = known.Attributes.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (AttributeProto attribute in node.Attribute)
        {
            string value = attribute.Ints.Count > 0 ? string.Join(',', attribute.Ints.Distinct())
                : attribute.HasS ? attribute.S.ToStringUtf8() : $"{attribute.I}";
            if (!names.Any(n => n == attribute.Name || n == $"{attribute.Name}={value}")) throw Cannot($"its {attribute.Name} is {value}");
        }

        if (known.TakesIntegers) return;
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (Has(i) && IsIntegral(i) && graph.Of(node.Input[i]) is Map) throw Cannot($"input {i + 1} is of integers");
        }
    }

    /// <exception cref="UserError">The operand is no feature map.</exception>
    public Map Map(int input) => this[input] switch
    {
        Map map => map,
        _ => throw Cannot($"input {input + 1} is no feature map"),
    };

    /// <summary>A map [1,C,H,W].</summary>
    /// <param name="input">Its number.</param>
    /// <param name="orChannelsLast">Whether [1,H,W,C] is as good.</param>
    /// <exception cref="UserError">The operand is no such map.</exception>
    public Map Image(int input, bool orChannelsLast = false) => Image(Map(input), orChannelsLast);

    /// <inheritdoc cref="Image(int, bool)"/>
    public Map Image(Map map, bool orChannelsLast = false) => map.IsImage && (orChannelsLast || !map.HasChannelsLast)
        ? map : throw Cannot($"[{string.Join(',', map.Dims)}] is no image{(map.HasChannelsLast ? " with channels first" : "")}");

    /// <summary>A map as it is, which may be of codes.</summary>
    /// <exception cref="UserError">The operand is no feature map.</exception>
    public Map RawMap(int input) => Raw(input) as Map ?? Map(input);

    /// <exception cref="UserError">The operand is not known before a frame comes.</exception>
    public Constant Known(int input) => this[input] as Constant ?? throw Cannot($"input {input + 1} depends on the frame's content");

    /// <summary>A known list of integers; null if the node has no such input.</summary>
    public long[]? Integers(int input) => !Has(input) ? null
        : Known(input) is { Integers: { } list } ? list : throw Cannot($"input {input + 1} is not of integers");

    /// <summary>A known single number.</summary>
    public float Number(int input, float otherwise) => !Has(input) ? otherwise
        : Known(input) is { Length: 1 } one ? one.AsFloats[0] : throw Cannot($"input {input + 1} is no single number");

    public long Int(string name, long otherwise) => OnnxFile.Int(node, name, otherwise);

    public float Float(string name, float otherwise) => OnnxFile.Float(node, name, otherwise);

    public string Text(string name, string otherwise) => OnnxFile.Text(node, name) is { Length: > 0 } text ? text : otherwise;

    public long[] Ints(string name, params long[] otherwise) => OnnxFile.IntList(node, name, otherwise);

    /// <summary>Whether an attribute is absent, or a tensor of zeros.</summary>
    public bool IsZero(string name) => OnnxFile.IsZero(node, name);

    /// <exception cref="UserError">A map without cells, or with more than can be counted.</exception>
    public void Bind(Operand result, int output = 0)
    {
        if (result is Map map && (map.Dims.Any(d => d < 1) || map.Shape.Texels < 1))
            throw Cannot($"its result [{string.Join(',', map.Dims)}] is empty");
        graph.Bind(node.Output[output], result);
    }

    /// <summary>Adds a step and binds its map.</summary>
    public void Add(Step step) => Bind(Steps.Add(step));

    /// <summary>Adds an operator on single elements and binds its result.</summary>
    public void Append(Map map, Pointwise further, bool isInteger = false, float unit = 1)
        => Bind(Steps.Append(map, further, map.Alike(isInteger) with { Unit = unit }, !graph.IsShared(map)));

    /// <summary>Has a map divided by a number where its codes are scaled, if that is what makes it and nothing else reads it.</summary>
    public bool Divide(Map map, float by) => !graph.IsShared(map) && Steps.Divide(map, by);

    /// <summary>Place of the step that made a map; −1 for none that may be continued.</summary>
    public int PlaceOf(Map map) => graph.IsShared(map) ? -1 : Steps.PlaceOf(map);

    /// <summary>Takes out the step that made a map, if it is of a kernel and nothing else was or is to be read of it.</summary>
    public bool TakeBack(Map map, string kernel) => !graph.IsShared(map) && Steps.TakeBack(map, kernel);

    /// <summary>Codes as floats, for this node alone.</summary>
    private Map Floats(int input, Map codes) => _floats[node.Input[input]] = graph.Floats(codes);

    public UserError Cannot(string what, Exception? because = null)
        => new($"{path}: the gl provider cannot run {node.OpType} (node {node.Name}): {what}: use --provider cpu", because);
}
