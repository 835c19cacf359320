using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Export;

/// <summary>Writes .onnx files from networks and weights.</summary>
public static class Exporter
{
    /// <summary>The manifest of a file that runs at several sizes: it names them, and drops the run's mIoU, which was at one.</summary>
    internal static ModelManifest AtSizes(ModelManifest manifest, ExportForm? form)
    {
        if (form?.Scales is null or [1f]) return manifest;
        string sizes = string.Join(" and ", form.Scales.Select(s => s.ToString(CultureInfo.InvariantCulture)));
        return manifest with { Network = $"{manifest.Network} at sizes {sizes}", MeanIu = null };
    }

    /// <summary>Writes a network with the weights that training would start from: for measuring.</summary>
    /// <param name="net">The network.</param>
    /// <param name="name">Its name in the manifest.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="target">The file.</param>
    /// <param name="form">How it is stored.</param>
    /// <exception cref="UserError">The file cannot be written.</exception>
    public static ModelManifest Random(INetwork net, string name, int seed, string target, ExportForm? form = null)
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(net);
        ModelManifest manifest = AtSizes(
            new ModelManifest
            {
                Classes = [.. Enumerable.Range(0, net.Classes).Select(i => $"class{i}")],
                Palette = ModelManifest.DefaultPalette(net.Classes),
                Size = ModelManifest.DefaultSize,
                Network = name,
                Parameters = declared.Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count),
                Data = "none: random weights",
                Commit = BuildInfo.Commit(),
            },
            form);
        AtomicFile.Write(target, InferenceGraph.Build(net, InitialWeights(declared, seed), manifest, form));
        return manifest;
    }

    /// <summary>Writes a built-in classifier with random weights, as others publish it: float image in, 1000 logits out.</summary>
    /// <exception cref="UserError">No such classifier, or the file cannot be written.</exception>
    public static ModelManifest RandomClassifier(string? backbone, int seed, string target)
    {
        Classifier classifier = backbone switch
        {
            Backbone.AlexNetName => BuiltIn.AlexNet(),
            Backbone.Vgg16Name => BuiltIn.Vgg16(),
            _ => throw new UserError(
                $"no classifier '{backbone}': choose --backbone {Backbone.AlexNetName} or {Backbone.Vgg16Name}"),
        };
        IReadOnlyList<Parameter> declared = ClassifierGraph.Declared(classifier);
        AtomicFile.Write(target, ClassifierGraph.Dense(classifier, InitialWeights(declared, seed)));
        return new ModelManifest
        {
            Classes = new string[BuiltIn.ImageNetClasses],
            Palette = [],
            Size = ((int)classifier.Side, (int)classifier.Side),
            Network = $"classifier {backbone}",
            Parameters = declared.Sum(p => p.Shape.Count),
        };
    }

    private static Dictionary<string, float[]> InitialWeights(IEnumerable<Parameter> declared, int seed)
        => declared.ToDictionary(p => p.Name, p => p.Initial(seed), StringComparer.Ordinal);
}
