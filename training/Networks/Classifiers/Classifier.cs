using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Networks.Classifiers;

/// <summary>
/// A classifier as a graph of layers, or the body of another network: built in, or read from an ONNX file. It becomes a fully
/// convolutional network by reading every dense layer as a convolution.
/// </summary>
/// <param name="Layers">In execution order, the last one its scores, or the end of the body; the image is <see cref="Input"/>.</param>
/// <param name="Side">Height and width of the images that it was made for, in pixels.</param>
/// <param name="Body">The layer whose output, the last feature map, segmentation builds on.</param>
/// <param name="Weights">Parameters by name; null starts from random ones.</param>
public sealed record Classifier(
    IReadOnlyList<ClassifierLayer> Layers,
    long Side,
    string Body,
    IReadOnlyDictionary<string, float[]>? Weights = null)
{
    /// <summary>The name of the input image among the layers.</summary>
    public const string Input = "picture";

    /// <summary>Before the names of a file's layers; it keeps their parameters apart from those of an FCN's class layers.</summary>
    public const string FilePrefix = "body.";

    /// <summary>The body's last feature map by its name in the file; empty if built in.</summary>
    public string Tensor { get; init; } = "";

    /// <summary>
    /// Whether its maps pass a batch norm after each convolution, as they do when such a network is trained from the start; files of
    /// trained ones have it folded into the weights.
    /// </summary>
    public bool IsUntrained { get; init; }

    /// <summary>The same layers before any training.</summary>
    public Classifier Untrained => this with { Weights = null, IsUntrained = true };

    /// <summary>Whether the layers go on from the body to scores of classes.</summary>
    public bool HasScores => Layers[^1].Name != Body;

    /// <summary>The layers up to the last feature map.</summary>
    public Classifier BodyAlone => this with { Layers = LayerGraph.Needed(Layers, Body) };

    /// <summary>The initialiser of a parameter: the classifier's own values, or <paramref name="otherwise"/>.</summary>
    public Initializer Initial(string parameter, Initializer otherwise)
        => Weights is not null && Weights.TryGetValue(parameter, out float[]? given) ? Initializers.From(given) : otherwise;
}
