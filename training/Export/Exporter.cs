using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Export;

/// <summary>Writes .onnx files from networks and weights.</summary>
public static class Exporter
{
    /// <summary>A network that sees the picture at several sizes says so; the run's score was at one.</summary>
    internal static ModelManifest AtSizes(ModelManifest manifest, ExportForm? form)
        => form?.Scales is null or [1f] ? manifest : manifest with { Network = $"{manifest.Network} at sizes {string.Join(" and ", form.Scales.Select(s => s.ToString(CultureInfo.InvariantCulture)))}", MeanIu = null };

    /// <summary>A network with the weights training would start from: for measuring.</summary>
    public static ModelManifest Random(INetwork net, string name, int seed, string target, ExportForm? form = null)
    {
        IReadOnlyList<Parameter> declared = InferenceGraph.Declared(net);
        ModelManifest manifest = new()
        {
            Classes = [.. Enumerable.Range(0, net.Classes).Select(i => $"class{i}")],
            Palette = ModelManifest.DefaultPalette(net.Classes),
            Size = ModelManifest.DefaultSize,
            Network = name,
            Parameters = declared.Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count),
            Data = "none: random weights",
            Commit = BuildInfo.Commit(),
        };
        manifest = AtSizes(manifest, form);
        AtomicFile.Write(target, InferenceGraph.Build(net, declared.ToDictionary(p => p.Name, p => p.Initial(seed), StringComparer.Ordinal), manifest, form));
        return manifest;
    }

    /// <summary>A built-in classifier with random weights, in the form that others publish: float picture in, 1000 scores out.</summary>
    /// <exception cref="UserError">No such classifier.</exception>
    public static ModelManifest RandomClassifier(string? backbone, int seed, string target)
    {
        Classifier classifier = backbone switch
        {
            Backbone.AlexNetName => Classifier.AlexNet(),
            Backbone.Vgg16Name => Classifier.Vgg16(),
            _ => throw new UserError($"no classifier '{backbone}': choose --backbone {Backbone.AlexNetName} or {Backbone.Vgg16Name}"),
        };
        IReadOnlyList<Parameter> declared = ClassifierGraph.Declared(classifier);
        AtomicFile.Write(target, ClassifierGraph.Dense(classifier, declared.ToDictionary(p => p.Name, p => p.Initial(seed), StringComparer.Ordinal)));
        return new ModelManifest { Classes = new string[classifier.Scores.Outputs], Palette = [], Size = ((int)classifier.Side, (int)classifier.Side), Network = $"classifier {backbone}", Parameters = declared.Sum(p => p.Shape.Count) };
    }
}
