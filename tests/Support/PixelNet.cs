using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Tests.Support;

/// <summary>A network of single pixels: what it answers is known from the image's colours.</summary>
internal sealed record PixelNet : INetwork
{
    public int Classes => 3;

    /// <summary>Scores that are the channels: blue is class 0, green class 1, red class 2.</summary>
    public static float[] Brightest { get; } = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    public NetworkOutput Forward(Layers l, Value frame) => new(l.Classify("score", FrameInput.Emit(l.Graph, frame), Classes), []);

    /// <summary>Every parameter by name.</summary>
    /// <param name="scores">The weight of each channel for each class; null for <see cref="Brightest"/>.</param>
    public static Dictionary<string, float[]> Weights(float[]? scores = null)
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(new PixelNet());
        Dictionary<string, float[]> weights = declared.ToDictionary(p => p.Name, p => p.Initial(3), StringComparer.Ordinal);
        weights["score.weight"] = scores ?? Brightest;
        return weights;
    }

    /// <summary>An exported file.</summary>
    public static byte[] File(IReadOnlyList<string>? classes = null, ExportForm? form = null)
        => InferenceGraph.Build(new PixelNet(), Weights(), Manifest(classes), form);

    public static ModelManifest Manifest(IReadOnlyList<string>? classes = null)
        => new() { Classes = classes ?? ["blue", "green", "red"], Palette = [0, 1, 2], Size = (64, 64) };
}
