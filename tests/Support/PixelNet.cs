using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Graph;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Tests.Support;

/// <summary>A network of single pixels: what it answers is known from the image's colours.</summary>
internal sealed record PixelNet(int Classes = 3) : INetwork
{
    /// <summary>Scores that are the channels: blue is class 0, green class 1, red class 2.</summary>
    public static float[] Brightest { get; } = [1, 0, 0, 0, 1, 0, 0, 0, 1];

    public NetworkOutput Forward(Layers l, Value frame) => new(l.Classify("score", FrameInput.Emit(l.Graph, frame), Classes), 1, []);

    /// <summary>Every parameter by name.</summary>
    /// <param name="scores">The weight of each channel for each class; null for <see cref="Brightest"/>.</param>
    public static Dictionary<string, float[]> Weights(float[]? scores = null)
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(new PixelNet((scores ?? Brightest).Length / 3));
        Dictionary<string, float[]> weights = declared.ToDictionary(p => p.Name, p => p.Initial(3), StringComparer.Ordinal);
        weights["score.weight"] = scores ?? Brightest;
        return weights;
    }

    /// <summary>An exported file.</summary>
    public static byte[] File(IReadOnlyList<string>? classes = null, ExportForm? form = null)
        => InferenceGraph.Build(new PixelNet(), Weights(), Manifest(classes), form);

    /// <summary>A file that is sure of the same colours, for any number of classes: those after the third never win.</summary>
    public static byte[] Sure(IReadOnlyList<string> classes)
    {
        float[] scores = [.. Enumerable.Range(0, 3 * classes.Count).Select(i => i / 3 == i % 3 ? 30f : 0)];
        return InferenceGraph.Build(new PixelNet(classes.Count), Weights(scores), Manifest(classes));
    }

    public static ModelManifest Manifest(IReadOnlyList<string>? classes = null)
    {
        classes ??= ["blue", "green", "red"];
        return new() { Classes = classes, Palette = [.. Enumerable.Range(0, classes.Count)], Size = (64, 64) };
    }
}
