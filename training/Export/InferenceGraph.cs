using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Ops;
using RealtimeSeg.Training.Quantization;

namespace RealtimeSeg.Training.Export;

/// <summary>The graph that ships: frame in, labels and confidence out, any size, standard operators only.</summary>
public static class InferenceGraph
{
    /// <param name="net">The network.</param>
    /// <param name="weights">Every parameter by name.</param>
    /// <param name="manifest">The file's description of itself.</param>
    /// <param name="form">How it is stored, and at which sizes of the image it runs.</param>
    /// <returns>The bytes of the .onnx file.</returns>
    /// <exception cref="UserError">The weights are of another network.</exception>
    public static byte[] Build(
        INetwork net,
        IReadOnlyDictionary<string, float[]> weights,
        ModelManifest manifest,
        ExportForm? form = null)
        => Write(manifest, (g, frame) => Ending(g, frame, net, new InferenceLayers(g, weights, form), form));

    /// <summary>Several networks in one file, see <see cref="Ensemble"/>.</summary>
    /// <exception cref="UserError">Weights are of another network, or there is no such combination.</exception>
    public static byte[] BuildEnsemble(
        IReadOnlyList<(INetwork Net, IReadOnlyDictionary<string, float[]> Weights)> members,
        string combine,
        ModelManifest manifest,
        ExportForm? form = null)
        => Write(manifest, (g, frame) =>
        {
            List<Value> logits = []; // each [1,K,H,W]
            foreach ((INetwork net, IReadOnlyDictionary<string, float[]> weights) in members)
            {
                InferenceLayers layers = new(g, weights, form, Ensemble.Prefix(logits.Count));
                logits.Add(FrameOps.CropPlanes(g, Ending(g, frame, net, layers, form).Logits, frame));
            }

            return new GraphEnding(Ensemble.Combine(g, logits, combine));
        });

    /// <summary>
    /// The same graph as training has it, at one size: parameters are inputs, batch norm is not folded, or in the graph if it is trained
    /// for 8 bits. It exists to be compared with the exported one.
    /// </summary>
    /// <param name="net">The network.</param>
    /// <param name="height">Of the image, in pixels.</param>
    /// <param name="width">Likewise.</param>
    /// <param name="ranges">Of activations, if it is trained for 8 bits.</param>
    public static (byte[] Model, IReadOnlyList<Parameter> Parameters) BuildUnfolded(
        INetwork net, int height, int width, IReadOnlyDictionary<string, ValueRange>? ranges = null)
    {
        GraphBuilder g = new();
        Value frame = g.Input(ModelManifest.FrameInput, ElementType.UInt8, new Shape(1, height, width, 3));
        TrainableLayers layers = ranges is null ? new TrainableLayers(g, batchStatistics: false) : new FrozenLayers(g);
        NetworkOutput output = net.Forward(layers, frame);
        Value[] decided = Decided(g, output.Logits(g), frame);
        if (ranges is not null) FakeQuantization.Insert(g, output.Scores, layers.Parameters, ranges);
        return (OnnxWriter.Write(g, decided), [.. layers.Parameters.Select(p => p.Parameter)]);
    }

    /// <summary>The parameters that a network declares, without weights: for random ones and for counting.</summary>
    public static IReadOnlyList<Parameter> Declared(INetwork net)
    {
        GraphBuilder g = new();
        TrainableLayers layers = new(g, batchStatistics: false);
        Shape smallest = new(1, FrameInput.Multiple, FrameInput.Multiple, 3);
        net.Forward(layers, g.Input(ModelManifest.FrameInput, ElementType.UInt8, smallest));
        return [.. layers.Parameters.Select(p => p.Parameter)];
    }

    private static GraphEnding Ending(GraphBuilder g, Value frame, INetwork net, InferenceLayers layers, ExportForm? form)
    {
        IReadOnlyList<float> scales = form?.Scales ?? [1f];
        NetworkOutput? last = null;
        Value logits = MultiScale.Logits(g, frame, scales, scaled => last = net.Forward(layers, scaled));
        return scales is [var scale] && last is { Stride: > 1 }
            ? new GraphEnding(logits, last.Scores, last.Stride / scale)
            : new GraphEnding(logits);
    }

    private static byte[] Write(ModelManifest manifest, Func<GraphBuilder, Value, GraphEnding> endingOf)
    {
        GraphBuilder g = new();
        Value frame = g.Input(ModelManifest.FrameInput, ElementType.UInt8, new Shape(1, Shape.Dynamic, Shape.Dynamic, 3));
        GraphEnding ending = endingOf(g, frame);
        Value[] outputs = Decided(g, ending.Logits, frame);
        if (ending.Scores is { } scores) outputs = [.. outputs, g.Rename(scores, ModelManifest.ScoresOutput)];
        return OnnxWriter.Write(g, outputs, (manifest with { ScorePitch = ending.ScorePitch }).ToMetadata());
    }

    /// <summary>The outputs of every model, under their names in the contract.</summary>
    private static Value[] Decided(GraphBuilder g, Value logits, Value frame)
    {
        (Value labels, Value confidence) = ClassDecision.Decide(g, logits, frame);
        return [g.Rename(labels, ModelManifest.LabelsOutput), g.Rename(confidence, ModelManifest.ConfidenceOutput)];
    }

    /// <summary>Where the networks of a graph end.</summary>
    /// <param name="Logits">Of each pixel.</param>
    /// <param name="Scores">What the logits were enlarged from, if it was one map; the app then decides from it.</param>
    /// <param name="ScorePitch">See <see cref="ModelManifest.ScorePitch"/>.</param>
    private readonly record struct GraphEnding(Value Logits, Value? Scores = null, float? ScorePitch = null);
}
