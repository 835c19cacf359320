using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// A classifier as a list of layers in execution order, the last one its class layer: built in, or read from an ONNX file. It becomes
/// a fully convolutional network by reading every dense layer as a convolution.
/// </summary>
/// <param name="Layers">The layers; the input image is called <see cref="Input"/>.</param>
/// <param name="Side">Height and width of the images that it was made for, in pixels.</param>
/// <param name="Weights">Parameters by name; null starts from random ones.</param>
public sealed record Classifier(IReadOnlyList<ClassifierLayer> Layers, long Side, IReadOnlyDictionary<string, float[]>? Weights = null)
{
    /// <summary>The name of the input image among the layers.</summary>
    public const string Input = "picture";

    /// <summary>The layer whose outputs are the classes.</summary>
    public DenseLayer ClassLayer => (DenseLayer)Layers[^1];

    /// <summary>The initialiser of a parameter: the classifier's own values, or <paramref name="otherwise"/>.</summary>
    public Initializer Initial(string parameter, Initializer otherwise)
        => Weights is not null && Weights.TryGetValue(parameter, out float[]? given) ? Initializers.From(given) : otherwise;
}
