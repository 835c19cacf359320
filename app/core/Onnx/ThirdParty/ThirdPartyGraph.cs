using Google.Protobuf;
using RealtimeSeg.Core.Contract;

namespace RealtimeSeg.Core.Onnx.ThirdParty;

/// <summary>
/// A third-party model with the inputs and outputs of the trainer's files: what <see cref="ThirdPartyRunner"/> does before and after the
/// network becomes nodes of its graph, for whoever runs graphs alone.
/// </summary>
public sealed class ThirdPartyGraph
{
    /// <summary>Put before the names of the model's own tensors.</summary>
    private const string Own = "model/";

    private const string Frame = ModelManifest.FrameInput;
    private const int Bytes = byte.MaxValue;

    private readonly ModelProto _model;
    private readonly ThirdPartyModel _read;
    private int _made;

    private ThirdPartyGraph(ModelProto model, ThirdPartyModel read) => (_model, _read) = (model, read);

    private GraphProto Graph => _model.Graph;

    /// <summary>Wraps a model; its file is left as it is.</summary>
    /// <param name="file">The model.</param>
    /// <param name="read">How it is read.</param>
    /// <param name="rank">Number of its output's dimensions.</param>
    /// <param name="classes">Number of classes.</param>
    /// <param name="isLogits">Of a matte, whether its values are no probabilities.</param>
    public static OnnxFile Wrap(OnnxFile file, ThirdPartyModel read, int rank, int classes, bool isLogits)
    {
        ThirdPartyGraph wrapped = new(file.Model.Clone(), read);
        NodeProto[] nodes = [.. wrapped.Graph.Node];
        wrapped.Rename();
        wrapped.Graph.Node.Clear();
        wrapped.Normalise();
        wrapped.Graph.Node.AddRange(nodes);
        wrapped.Decide(rank, classes, isLogits);
        return OnnxFile.Parse(wrapped._model.ToByteArray(), file.Path);
    }

    /// <summary>Its names get out of the way of those that are added.</summary>
    private void Rename()
    {
        foreach (NodeProto node in Graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++) node.Input[i] = Renamed(node.Input[i]);
            for (int i = 0; i < node.Output.Count; i++) node.Output[i] = Renamed(node.Output[i]);
        }

        foreach (TensorProto stored in Graph.Initializer) stored.Name = Renamed(stored.Name);
        Graph.Input.Clear();
        Graph.Input.Add(new ValueInfoProto { Name = Frame });
        Graph.Output.Clear();
        Graph.Output.Add([new() { Name = ModelManifest.LabelsOutput }, new() { Name = ModelManifest.ConfidenceOutput }]);
    }

    private static string Renamed(string name) => name.Length == 0 ? name : Own + name;

    /// <summary>Bytes [1,H,W,3], blue first, become what the model reads.</summary>
    private void Normalise()
    {
        string x = Add("Transpose", [Cast(Frame, ElementType.Float)], ("perm", [0, 3, 1, 2]));
        if (_read.Scaling.Rgb) x = Add("Gather", [x, Integers(2, 1, 0)], ("axis", [1]));
        float[] factors = [.. _read.Scaling.Deviation.Select(d => 1 / d)];
        x = Add("Mul", [Add("Sub", [x, Channels(_read.Scaling.Mean)]), Channels(factors)]);
        if (_read.Nhwc) x = Add("Transpose", [x], ("perm", [0, 2, 3, 1]));
        Name(x, Renamed(_read.Input));
    }

    /// <summary>What the model returns becomes labels and their probabilities, at the frame's size.</summary>
    private void Decide(int rank, int classes, bool isLogits)
    {
        bool isLabels = _read.Kind == OutputKind.Labels;
        string y = Renamed(_read.Output);
        if (rank == 3) y = Add("Unsqueeze", [y, Integers(1)]);
        else if (_read.Nhwc) y = Add("Transpose", [y], ("perm", [0, 3, 1, 2]));
        if (_read.Kind == OutputKind.Matte) y = Add("Slice", [y, Integers(0), Integers(1), Integers(1)]);
        y = Enlarged(y, isLabels || _read.Kind == OutputKind.Matte ? 1 : classes, isLabels ? "nearest" : "linear");
        (string labels, string sure) = _read.Kind switch
        {
            OutputKind.Labels => Labels(y),
            OutputKind.Matte => Matte(isLogits ? Add("Sigmoid", [y]) : y),
            _ => Winner(y),
        };
        Name(labels, ModelManifest.LabelsOutput);
        Name(Rounded(sure), ModelManifest.ConfidenceOutput);
    }

    /// <summary>A label below 0 stands for none, and so does one above a byte's.</summary>
    private (string Labels, string Sure) Labels(string y)
    {
        y = Add("Clip", [y, Number(-1), Number(Bytes)]);
        string none = Add("Mul", [Add("Relu", [Add("Neg", [y])]), Number(Bytes + 1)]);
        return (Add("Add", [y, none]), Add("Add", [Add("Mul", [y, Number(0)]), Number(Bytes)]));
    }

    private (string Labels, string Sure) Matte(string share)
    {
        string half = Number(0.5f), rest = Add("Sub", [Number(1), share]);
        string over = Cast(Add("Clip", [Add("Add", [share, half]), Number(0), Number(1)]), ElementType.UInt8);
        return (over, Add("Mul", [Add("Max", [share, rest]), Number(Bytes)]));
    }

    private (string Labels, string Sure) Winner(string y)
    {
        string labels = Add("ArgMax", [y], ("axis", [1]), ("keepdims", [1]));
        string most = Add("ReduceMax", [y, Integers(1)], ("keepdims", [1]));
        if (_read.Kind == OutputKind.Probabilities) return (labels, Add("Mul", [most, Number(Bytes)]));
        string sum = Add("ReduceSum", [Add("Exp", [Add("Sub", [y, most])]), Integers(1)], ("keepdims", [1]));
        return (labels, Add("Div", [Number(Bytes), sum]));
    }

    private string Rounded(string y)
        => Cast(Add("Clip", [Add("Add", [y, Number(0.5f)]), Number(0), Number(Bytes)]), ElementType.UInt8);

    private string Enlarged(string y, int channels, string mode)
    {
        string sides = Add("Gather", [Add("Shape", [Frame]), Integers(1, 2)]);
        string sizes = Add("Concat", [Integers(1, channels), sides], ("axis", [0]));
        string resized = Add("Resize", [y, "", "", sizes]);
        Graph.Node[^1].Attribute.Add(new AttributeProto { Name = "mode", S = ByteString.CopyFromUtf8(mode) });
        return resized;
    }

    private string Add(string op, string[] inputs, params (string Name, long[] Values)[] attributes)
    {
        string result = $"wrap/{_made++}";
        NodeProto node = new() { OpType = op, Name = result };
        node.Input.Add(inputs);
        node.Output.Add(result);
        foreach ((string name, long[] values) in attributes)
        {
            AttributeProto attribute = new() { Name = name };
            if (name == "perm") attribute.Ints.Add(values);
            else attribute.I = values[0];
            node.Attribute.Add(attribute);
        }

        Graph.Node.Add(node);
        return result;
    }

    private string Cast(string x, ElementType to) => Add("Cast", [x], ("to", [(long)to]));

    private void Name(string x, string name)
    {
        Add("Identity", [x]);
        Graph.Node[^1].Output[0] = name;
    }

    private string Number(float value) => Store(new TensorProto { FloatData = { value } }, ElementType.Float);

    private string Integers(params long[] values)
        => Store(new TensorProto { Dims = { values.Length }, Int64Data = { values } }, ElementType.Int64);

    private string Channels(float[] values)
        => Store(new TensorProto { Dims = { 1, values.Length, 1, 1 }, FloatData = { values } }, ElementType.Float);

    private string Store(TensorProto tensor, ElementType type)
    {
        (tensor.Name, tensor.DataType) = ($"wrap/{_made++}", (int)type);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
