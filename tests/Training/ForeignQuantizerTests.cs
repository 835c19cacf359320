using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Tests.Support;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Quantization;
using Xunit;

namespace RealtimeSeg.Tests.Training;

/// <summary>Graphs as others export them, in 8 bits: what they compute stays nearly the same.</summary>
public sealed class ForeignQuantizerTests : IDisposable
{
    private const int Height = 16, Width = 24;
    private static readonly AttributeProto Branch = new() { Type = AttributeProto.Types.AttributeType.Graph };
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>As PyTorch's keep_initializers_as_inputs and all exporters before IR version 4.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(8)]
    public void Weights_among_the_inputs_are_weights(int ir)
    {
        ModelProto model = Network();
        model.IrVersion = ir;
        foreach (TensorProto t in model.Graph.Initializer) model.Graph.Input.Add(Declared(t.Name, ElementType.Float, [.. t.Dims]));
        ModelProto integers = Quantized(model, integer: 2);
        Assert.Equal("image", Assert.Single(integers.Graph.Input).Name);
        Assert.InRange(integers.IrVersion, 7, 8);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Floats_of_16_bits_within_become_integers_too(bool raw)
    {
        ModelProto model = Network();
        foreach (TensorProto t in model.Graph.Initializer) Halve(t, raw);
        foreach (NodeProto n in model.Graph.Node)
        {
            for (int i = 0; i < n.Input.Count; i++) n.Input[i] = n.Input[i] == "image" ? "half" : n.Input[i];
            if (n.Output[0] == "out") (n.Name, n.Output[0]) = ("halves", "halves");
        }

        model.Graph.Node.Insert(0, Cast("image", "half", ElementType.Float16));
        model.Graph.Node.Add(Cast("halves", "out", ElementType.Float));
        model.Graph.ValueInfo.Add(Declared("half", ElementType.Float16, [1, 3, Height, Width]));
        Quantized(model, integer: 2);
    }

    /// <summary>A branch takes an activation, a kernel and a bias from around it: all must still be there, as floats.</summary>
    [Fact]
    public void Branches_keep_what_they_take_from_around_them()
    {
        ModelProto model = Network();
        for (int i = 0; i < 3; i++) model.Graph.Node.RemoveAt(model.Graph.Node.Count - 1);
        model.Graph.Node.Add(Node("ReduceMax", "most", "image"));
        model.Graph.Node[^1].Attribute.Add(Int("keepdims", 0));
        model.Graph.Initializer.Add(new TensorProto { Name = "none", DataType = 1, Dims = { }, FloatData = { 0.25f } });
        model.Graph.Node.Add(Node("Greater", "bright", "most", "none"));
        NodeProto choice = Node("If", "out", "bright");
        NodeProto Third(string name) => Node("Conv", name, "second.r", "third.w", "third.b");
        choice.Attribute.Add(BranchOf("then_branch", [Third("a"), Node("Neg", "a.n", "a")], "a.n"));
        choice.Attribute.Add(BranchOf("else_branch", [Third("b")], "b"));
        model.Graph.Node.Add(choice);
        ModelProto integers = Quantized(model, integer: 1); // the third is within
        Assert.Contains("If", integers.Graph.Node.Select(n => n.OpType), StringComparer.Ordinal);
    }

    /// <summary>Nameless nodes that share a bias, names that the quantiser would give, an input that is added to an activation.</summary>
    [Fact]
    public void Names_that_are_taken_or_absent_mix_nothing_up()
    {
        ModelProto model = Network();
        foreach (NodeProto n in model.Graph.Node) n.Name = "";
        NodeProto third = model.Graph.Node.First(n => n.Output[0] == "third");
        third.Input[2] = "second.b";
        model.Graph.Node.Remove(model.Graph.Node[^1]);
        model.Graph.Initializer.Add(new TensorProto { Name = "second.r.scale", DataType = 1, Dims = { 1 }, FloatData = { 3 } });
        model.Graph.Node.Add(Node("Mul", "scaled", "second.r", "second.r.scale"));
        model.Graph.Node.Add(Node("Add", "sum", "third", "scaled"));
        model.Graph.Initializer.Add(new TensorProto { Name = "channel", DataType = 7, Dims = { 1 }, Int64Data = { 0 } });
        model.Graph.Node.Add(Node("Gather", "one", "image", "channel"));
        model.Graph.Node[^1].Attribute.Add(Int("axis", 1));
        model.Graph.Node.Add(Node("Add", "more", "sum", "one"));
        model.Graph.Node.Add(Node("Relu", "out", "more"));
        Quantized(model, integer: 2);
        model.Graph.Input.Add(Declared("other", ElementType.Float, [1, 16, Height, Width]));
        model.Graph.Node[^1].OpType = "Add";
        model.Graph.Node[^1].Input.Add("other"); // a second input, added to activations of the first
        QuantizedNodes chosen = QuantizedNodes.Choose(OnnxFile.Parse(model.ToByteArray(), "m.onnx"));
        Assert.DoesNotContain("other", chosen.RangeOf.Keys, StringComparer.Ordinal);
    }

    /// <summary>What ONNX Runtime refuses of a graph is told in a line.</summary>
    [Fact]
    public void A_graph_that_cannot_be_run_is_refused_with_its_node()
    {
        ModelProto model = Network();
        model.Graph.Node[^1].Input[0] = "nobody";
        File.WriteAllBytes(_folder["m.onnx"], model.ToByteArray());
        UserError e = Assert.Throws<UserError>(() => Quantizer.Quantize(_folder["m.onnx"], "image", [Frame(1)]));
        Assert.Contains("m.onnx cannot be rewritten in 8 bits", e.Message, StringComparison.Ordinal);
        Assert.Contains("nobody", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The model in 8 bits, which computes what the floats do, but for a few steps.</summary>
    private ModelProto Quantized(ModelProto model, int integer)
    {
        File.WriteAllBytes(_folder["m.onnx"], model.ToByteArray());
        (ModelProto integers, int count, _) = Quantizer.Quantize(_folder["m.onnx"], "image", [Frame(1), Frame(2)]);
        Assert.Equal(integer, count);
        float[] expected = Run(model.ToByteArray()), got = Run(integers.ToByteArray());
        float most = expected.Max(Math.Abs);
        Assert.True(most > 0.1f, "zeros prove nothing");
        Assert.InRange(expected.Zip(got, (a, b) => Math.Abs(a - b)).Average(), 1e-6, 0.02 * most);
        return integers;
    }

    /// <summary>Three convolutions, the first of which stays in floats.</summary>
    private static ModelProto Network()
    {
        GraphBuilder g = new();
        Value x = g.Input("image", ElementType.Float, new Shape(1, 3, Height, Width));
        (string Name, int From, int To)[] layers = [("first", 3, 16), ("second", 16, 16), ("third", 16, 16)];
        foreach ((string name, int from, int to) in layers)
        {
            Value w = g.Initializer(name + ".w", Values(name.Length, to * from * 9, 0.3), new Shape(to, from, 3, 3));
            Value b = g.Initializer(name + ".b", Values(-name.Length, to, 1), new Shape(to));
            x = g.Rename(Conv.Emit(g, x, w, b, new ConvGeometry(Pad: 1)), name);
            x = g.Rename(Relu.Emit(g, x), name + ".r");
        }

        return ModelProto.Parser.ParseFrom(OnnxWriter.Write(g, [g.Rename(Relu.Emit(g, x), "out")]));
    }

    private static float[] Values(int seed, int count, double size)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((random.NextDouble() - 0.5) * size))];
    }

    private static OrtValue Frame(int seed)
        => OrtValue.CreateTensorValueFromMemory(Values(seed, 3 * Height * Width, 2), [1, 3, Height, Width]);

    private static float[] Run(byte[] model)
    {
        using SessionOptions quiet = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using InferenceSession session = new(model, quiet);
        using RunOptions run = new();
        using OrtValue frame = Frame(3);
        using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, ["image"], [frame], ["out"]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static void Halve(TensorProto t, bool raw)
    {
        Half[] halves = [.. t.RawData.ToByteArray().Chunk(4).Select(b => (Half)BitConverter.ToSingle(b))];
        t.DataType = (int)ElementType.Float16;
        t.ClearRawData();
        if (raw) t.RawData = ByteString.CopyFrom([.. halves.SelectMany(BitConverter.GetBytes)]);
        else t.Int32Data.AddRange(halves.Select(h => (int)BitConverter.HalfToUInt16Bits(h)));
    }

    private static NodeProto Node(string op, string output, params string[] inputs)
        => new() { Name = output, OpType = op, Input = { inputs }, Output = { output } };

    private static NodeProto Cast(string from, string to, ElementType type)
    {
        NodeProto cast = Node("Cast", to, from);
        cast.Attribute.Add(Int("to", (long)type));
        return cast;
    }

    private static AttributeProto Int(string name, long value)
        => new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    private static AttributeProto BranchOf(string name, NodeProto[] nodes, string output)
    {
        AttributeProto a = Branch.Clone();
        a.Name = name;
        foreach (NodeProto conv in nodes.Where(n => n.OpType == "Conv"))
        {
            conv.Attribute.Add(new AttributeProto { Name = "pads", Ints = { 1, 1, 1, 1 }, Type = AttributeProto.Types.AttributeType.Ints });
        }

        a.G = new GraphProto { Name = name, Node = { nodes }, Output = { Declared(output, ElementType.Float, [1, 16, Height, Width]) } };
        return a;
    }

    private static ValueInfoProto Declared(string name, ElementType type, long[] dims)
    {
        TensorShapeProto shape = new() { Dim = { dims.Select(d => new TensorShapeProto.Types.Dimension { DimValue = d }) } };
        return new() { Name = name, Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } } };
    }
}
