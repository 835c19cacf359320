using System.Globalization;
using RealtimeSeg.Core.Onnx;

namespace RealtimeSeg.Training.Networks.Classifiers.Readers;

/// <summary>One node of a classifier's file, with the context that its reader adds layers to.</summary>
internal readonly record struct NodeReading(ReadingContext Context, NodeProto Node)
{
    public OnnxFile File => Context.File;

    /// <summary>Name of the layer to make.</summary>
    public string Name => Classifier.FilePrefix + Node.Output[0];

    /// <summary>A data input.</summary>
    /// <exception cref="UserError">No node before this one makes it, or zeros around it are left over.</exception>
    public LayerValue In(int index = 0)
        => Padded(index) is { Pads: null } v ? v : throw Cannot("zeros are padded before it: only a convolution or a pool takes them over");

    /// <summary>The same for a layer that pads.</summary>
    public LayerValue Padded(int index = 0)
        => Node.Input.Count > index && Context.Values.TryGetValue(Node.Input[index], out LayerValue v)
            ? v
            : throw Cannot($"its input {Node.Input.ElementAtOrDefault(index)} is not the output of any earlier layer");

    /// <summary>Whether the node has this input and its values are stored in the file.</summary>
    public bool HasStored(int index) => Node.Input.Count > index && File.IsStored(Node.Input[index]);

    /// <summary>Values of a stored input.</summary>
    public float[] Floats(int index) => File.Floats(Node.Input[index]);

    public long Int(string attribute, long otherwise) => OnnxFile.Int(Node, attribute, otherwise);

    public float Float(string attribute, float otherwise) => OnnxFile.Float(Node, attribute, otherwise);

    public string Text(string attribute) => OnnxFile.Text(Node, attribute);

    public long[] Ints(string attribute, params long[] otherwise) => OnnxFile.IntList(Node, attribute, otherwise);

    /// <summary>Adds the node's layer, whose output has its first input's shape.</summary>
    public void Add(ClassifierLayer layer)
    {
        LayerValue x = In();
        Add(layer, x.C, x.H, x.W);
    }

    /// <summary>Adds the node's layer, whose output has this shape.</summary>
    /// <exception cref="UserError">The output is empty.</exception>
    public void Add(ClassifierLayer layer, long c, long h, long w)
    {
        if (c < 1 || h < 1 || w < 1) throw Cannot($"nothing is left of the image: {c}×{h}×{w}");
        Context.Layers.Add(layer);
        Pass(new LayerValue(layer.Name, c, h, w));
    }

    /// <summary>Makes the node's output another name of a tensor.</summary>
    public void Pass(LayerValue x)
    {
        Context.Values[Node.Output[0]] = x;
        Context.TensorOf[x.Layer] = Node.Output[0];
    }

    /// <summary>Stores a parameter of the node's layer.</summary>
    /// <param name="part">Such as <c>weight</c>.</param>
    /// <param name="values">Its values.</param>
    /// <param name="count">How many there must be.</param>
    /// <exception cref="UserError">Another number of values.</exception>
    public void Keep(string part, float[] values, long count)
    {
        string name = $"{Name}.{part}";
        if (values.Length != count) throw Cannot($"{name} has {values.Length} values, {count} are needed");
        Context.Weights[name] = values;
    }

    /// <summary>The error for a node that has no layer; names file, layer, operator and reason.</summary>
    public UserError Cannot(string reason)
    {
        string layer = Node.Name.Length > 0 ? Node.Name : Node.Output.FirstOrDefault() ?? "?";
        return new(string.Create(CultureInfo.InvariantCulture, $"{File.Path}: cannot convert layer {layer} ({Node.OpType}): {reason}"));
    }

    public UserError Unknown() => Cannot("this operator has no fully convolutional form here");
}
