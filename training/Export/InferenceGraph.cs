using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Export;

/// <summary>The graph that ships: picture in, labels and confidence out, any size, standard operators only.</summary>
public static class InferenceGraph
{
    /// <param name="net">The network.</param>
    /// <param name="weights">Every parameter by name.</param>
    /// <param name="manifest">What the file says of itself.</param>
    /// <param name="form">How it is stored, and at which sizes of the picture it runs.</param>
    /// <returns>The bytes of the .onnx file.</returns>
    public static byte[] Build(INetwork net, IReadOnlyDictionary<string, float[]> weights, ModelManifest manifest, ExportForm? form = null)
        => Write(manifest, (g, frame) => Logits(g, frame, net, new InferenceLayers(g, weights, form), form));

    /// <summary>Several networks in one file, see <see cref="Ensemble"/>.</summary>
    public static byte[] BuildEnsemble(IReadOnlyList<(INetwork Net, IReadOnlyDictionary<string, float[]> Weights)> members, string combine, ModelManifest manifest, ExportForm? form = null)
        => Write(manifest, (g, frame) => Ensemble.Combine(g, [.. members.Select((m, i) => ClassDecision.CropScores(g, Logits(g, frame, m.Net, new InferenceLayers(g, m.Weights, form, Ensemble.Prefix(i)), form), frame))], combine));

    private static Value Logits(GraphBuilder g, Value frame, INetwork net, InferenceLayers layers, ExportForm? form)
        => MultiScale.Logits(g, frame, form?.Scales ?? [1f], seen => net.Forward(layers, seen).Logits);

    private static byte[] Write(ModelManifest manifest, Func<GraphBuilder, Value, Value> logitsOf)
    {
        GraphBuilder g = new();
        Value frame = g.Input(ModelManifest.FrameInput, ElementType.UInt8, new Shape(1, Shape.Dynamic, Shape.Dynamic, 3));
        Value logits = logitsOf(g, frame);
        (Value labels, Value confidence) = ClassDecision.Decide(g, logits, frame);
        return OnnxWriter.Write(g,
            [g.Rename(labels, ModelManifest.LabelsOutput), g.Rename(confidence, ModelManifest.ConfidenceOutput)], manifest.ToMetadata());
    }

    /// <summary>
    /// The training graph's own idea of the same thing, at one size: parameters are inputs, batch norm is not folded. Exists to be
    /// compared with what ships.
    /// </summary>
    public static (byte[] Model, IReadOnlyList<Parameter> Parameters) BuildUnfolded(INetwork net, int height, int width)
    {
        GraphBuilder g = new();
        Value frame = g.Input(ModelManifest.FrameInput, ElementType.UInt8, new Shape(1, height, width, 3));
        TrainableLayers layers = new(g, batchStatistics: false);
        Value logits = net.Forward(layers, frame).Logits;
        (Value labels, Value confidence) = ClassDecision.Decide(g, logits, frame);
        byte[] model = OnnxWriter.Write(g, [g.Rename(labels, ModelManifest.LabelsOutput), g.Rename(confidence, ModelManifest.ConfidenceOutput)]);
        return (model, [.. layers.Parameters.Select(p => p.Parameter)]);
    }

    /// <summary>The parameters a network declares, without weights: for random ones and for counting.</summary>
    public static IReadOnlyList<Parameter> Declared(INetwork net) => BuildUnfolded(net, (int)FrameInput.Multiple, (int)FrameInput.Multiple).Parameters;
}
