using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Runs;

/// <summary>Weights of a classifier's file for a built-in network, matched by the order and shape of its convolutions and dense layers.</summary>
internal static class ClassifierWeights
{
    /// <summary>Parameters of the run's network that the file has, by name; says what was taken and what was not.</summary>
    /// <exception cref="UserError">Nothing fits.</exception>
    public static IReadOnlyDictionary<string, float[]> Match(RunConfig config, string file, Action<string> say)
    {
        Classifier classifier = OnnxClassifier.Load(file);
        Queue<string> given = new(classifier.Layers.Where(l => l is ConvLayer or DenseLayer).Select(l => l.Name));
        Dictionary<string, float[]> taken = new(StringComparer.Ordinal);
        List<string> missed = [];
        Parameter[] kernels = [.. InferenceGraph.Declared(config.Network()).Where(p => p.Kind == ParameterKind.Weight)];
        foreach (Parameter kernel in kernels)
        {
            string stem = kernel.Name[..kernel.Name.LastIndexOf('.')];
            if (given.TryPeek(out string? layer) && classifier.Weights![layer + ".weight"].Length == kernel.Shape.Count)
            {
                given.Dequeue();
                taken[kernel.Name] = classifier.Weights[layer + ".weight"];
                taken[stem + ".bias"] = classifier.Weights[layer + ".bias"];
            }
            else
            {
                missed.Add(stem);
            }
        }

        if (taken.Count == 0) throw new UserError($"--init {file}: its first layer does not fit {config.Net}-{config.Backbone}");
        say($"{taken.Count / 2} of {kernels.Length} layers from {file}; random: {string.Join(", ", missed)}; left in the file: {(given.Count == 0 ? "nothing" : string.Join(", ", given))}");
        return taken;
    }
}
