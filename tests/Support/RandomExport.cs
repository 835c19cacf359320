using Google.Protobuf;
using OpenCvSharp;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Tests.Support;

/// <summary>
/// An export whose every parameter is drawn: what training starts at zero or one, the scores of skips above all, would leave the finer
/// layers out of a comparison.
/// </summary>
internal static class RandomExport
{
    private const int Classes = 11;

    /// <param name="net">Such as fcn8s.</param>
    /// <param name="backbone">A name, or the file of a classifier.</param>
    /// <param name="form">Scales and unpooling.</param>
    /// <param name="seed">Another seed, other weights.</param>
    /// <param name="members">Networks in one file, combined by the mean of their probabilities.</param>
    public static byte[] Of(string net, string backbone, ExportForm? form, int seed, int members = 1)
    {
        INetwork network = NetworkNames.Parse(net, backbone, Classes);
        ModelManifest manifest = new()
        {
            Classes = [.. Enumerable.Range(0, Classes).Select(i => $"class{i}")],
            Palette = ModelManifest.DefaultPalette(Classes),
            Size = ModelManifest.DefaultSize,
            Network = net,
            Parameters = 1,
        };
        if (members == 1) return InferenceGraph.Build(network, Drawn(network, seed), manifest, form);
        List<(INetwork Net, IReadOnlyDictionary<string, float[]> Weights)> all = [];
        for (int i = 0; i < members; i++) all.Add((network, Drawn(network, seed + (100 * i))));
        return InferenceGraph.BuildEnsemble(all, Ensemble.Mean, manifest, form);
    }

    /// <summary>The same with the mean logit of each class taken off, so that no class wins everywhere.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="frame">For which the means are.</param>
    public static byte[] Balanced(byte[] model, Mat frame)
    {
        ModelProto proto = ModelProto.Parser.ParseFrom(model);
        NodeProto decision = proto.Graph.Node.Single(n => n.OpType == "ArgMax");
        string logits = decision.Input[0];
        proto.Graph.Output.Add(new ValueInfoProto { Name = logits, Type = new TypeProto { TensorType = new() { ElemType = 1 } } });
        float[] values = GlRunner.Expected(proto.ToByteArray(), frame, [logits])[0];
        proto.Graph.Output.RemoveAt(proto.Graph.Output.Count - 1);

        const string Balance = "balance", Balanced = "balanced";
        int pixels = values.Length / Classes;
        IEnumerable<float> means = values.Chunk(pixels).Select(plane => -plane.Average());
        proto.Graph.Initializer.Add(new TensorProto { Name = Balance, DataType = 1, Dims = { 1, Classes, 1, 1 }, FloatData = { means } });
        foreach (NodeProto n in proto.Graph.Node)
        {
            for (int i = 0; i < n.Input.Count; i++) n.Input[i] = n.Input[i] == logits ? Balanced : n.Input[i];
        }

        NodeProto source = proto.Graph.Node.Single(n => n.Output.Contains(logits, StringComparer.Ordinal));
        proto.Graph.Node.Insert(
            proto.Graph.Node.IndexOf(source) + 1,
            new NodeProto { OpType = "Add", Input = { logits, Balance }, Output = { Balanced } });
        return proto.ToByteArray();
    }

    private static Dictionary<string, float[]> Drawn(INetwork net, int seed)
        => InferenceGraph.Declared(net).ToDictionary(p => p.Name, p => Drawn(p, seed), StringComparer.Ordinal);

    private static float[] Drawn(Parameter p, int seed)
    {
        float[] values = p.Initial(seed);
        if (values.Distinct().Count() > 1) return values;
        Random random = new(seed + p.Name.Length);
        float reach = p.Shape.Rank > 1 ? MathF.Sqrt(6f * p.Shape[0] / p.Shape.Count) : 0.2f; // a variance must stay positive
        for (int i = 0; i < values.Length; i++) values[i] += ((2 * random.NextSingle()) - 1) * reach;
        return values;
    }
}
