using Google.Protobuf;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;

namespace RealtimeSeg.Training.Quantization;

/// <summary>
/// Fake quantisation of a training graph (Jacob et al. 2018, section 3): what <see cref="QuantizedNodes"/> chooses of the exported graph
/// computes with the values of its integers here, activations, kernels and biases. Ranges of activations stay as they were measured
/// before the first step. A network that is trained already hardly moves them, its weights learn to live within them, and no step sees
/// other codes than the exported file has, which learned ranges would need a rule, a rate and a schedule of their own for. The range of
/// a kernel's channel is that of its largest weight, in every step.
/// </summary>
public sealed class FakeQuantization
{
    private readonly GraphBuilder _g;
    private readonly QuantizedNodes _chosen;
    private readonly IReadOnlyDictionary<string, ValueRange> _ranges;
    private readonly Dictionary<Value, Value> _made = [];

    /// <summary>The chosen convolutions, and the scales of their inputs.</summary>
    private readonly Dictionary<Node, float> _convolutions;

    private FakeQuantization(GraphBuilder g, OnnxFile file, IReadOnlyDictionary<string, ValueRange> ranges)
    {
        _g = g;
        _chosen = QuantizedNodes.Choose(file);
        _ranges = Quantizer.RangesByTensor(file, _chosen, ranges);
        Dictionary<string, Node> makers = g.Nodes.ToDictionary(n => n.Outputs[0].Name, StringComparer.Ordinal);
        _convolutions = _chosen.Nodes.Where(n => n.OpType == "Conv").ToDictionary(
            n => Convolution(makers, n.Output[0]),
            n => _chosen.CodesOf(n.Input[0], _ranges).Scale);
    }

    /// <summary>Puts it into the graph.</summary>
    /// <param name="g">A graph with a network on <see cref="FrozenLayers"/>, without gradients yet.</param>
    /// <param name="scores">The end of the network.</param>
    /// <param name="parameters">Of the graph.</param>
    /// <param name="ranges">Of activations, from <see cref="Quantizer.Measure"/>.</param>
    /// <exception cref="UserError">A range is missing: they are of another network.</exception>
    public static void Insert(
        GraphBuilder g,
        Value scores,
        IReadOnlyList<(Parameter Parameter, Value Value)> parameters,
        IReadOnlyDictionary<string, ValueRange> ranges)
    {
        ModelProto model = ModelProto.Parser.ParseFrom(OnnxWriter.Write(g, [scores]));
        foreach ((Parameter p, _) in parameters) Store(model.Graph, p);
        FakeQuantization insertion = new(g, Quantizer.Folded(model.ToByteArray()), ranges);
        g.Redirect(insertion.InputsOf);
    }

    /// <summary>The graph's choice depends on shapes alone: zeros stand for the values.</summary>
    private static void Store(GraphProto graph, Parameter p)
    {
        graph.Input.Remove(graph.Input.First(i => i.Name == p.Name));
        graph.Initializer.Add(new TensorProto
        {
            Name = p.Name,
            DataType = (int)ElementType.Float,
            Dims = { p.Shape.ToArray() },
            RawData = ByteString.CopyFrom(new byte[p.Shape.Count * sizeof(float)]),
        });
    }

    /// <summary>The convolution that a tensor comes of: the tensor itself, unless constants were folded into the kernel.</summary>
    private static Node Convolution(Dictionary<string, Node> makers, string tensor)
    {
        Node node = makers[tensor];
        while (node.Op != "Conv") node = makers[node.Inputs[0].Name];
        return node;
    }

    private IReadOnlyList<Value> InputsOf(Node node)
    {
        Value[] inputs = [.. node.Inputs.Select(Activation)];
        if (!_convolutions.TryGetValue(node, out float inputScale)) return inputs;
        Value step = KernelStep(node.Inputs[1]); // [M,1,1,1]
        inputs[1] = FakeQuantize.Rounded(_g, node.Inputs[1], step);
        if (inputs.Length == 2) return inputs;
        Value biasStep = Elementwise.Mul(_g, Layout.Reshape(_g, step, node.Inputs[2].Shape), _g.Constant(inputScale));
        inputs[2] = FakeQuantize.Rounded(_g, node.Inputs[2], biasStep);
        return inputs;
    }

    /// <summary>The value as its codes stand for it, if it has any.</summary>
    private Value Activation(Value v)
    {
        if (!_chosen.RangeOf.ContainsKey(v.Name)) return v;
        if (_made.TryGetValue(v, out Value? made)) return made;
        (float scale, byte zero) = _chosen.CodesOf(v.Name, _ranges);
        return _made[v] = FakeQuantize.Emit(_g, v, scale, zero);
    }

    /// <summary>Each channel's scale, as <see cref="ChannelCodes"/> has it.</summary>
    private Value KernelStep(Value kernel)
    {
        Value largest = Reduce.Max(_g, Elementwise.Max(_g, kernel, Elementwise.Neg(_g, kernel)), [1, 2, 3]);
        Value step = Elementwise.Div(_g, largest, _g.Constant((float)ChannelCodes.GreatestOf(kernel.Shape[1])));
        return Elementwise.Where(_g, Elementwise.Equal(_g, largest, _g.Constant(0f)), _g.Constant(1f), step);
    }
}
