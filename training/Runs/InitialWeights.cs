using System.Globalization;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Networks.Classifiers;
using RealtimeSeg.Training.Nn;

namespace RealtimeSeg.Training.Runs;

/// <summary>The weights that a run starts from, if not from random ones.</summary>
internal static class InitialWeights
{
    /// <summary>A run that refines another one takes most of its weights; with less, its network was likely not meant.</summary>
    private const double ExpectedShare = 0.5;

    /// <summary>By name, from the classifier's file or the run that the settings name; null for random weights.</summary>
    /// <param name="config">The settings of the new run.</param>
    /// <param name="network">Its network.</param>
    /// <param name="report">Receives a line about what was taken.</param>
    /// <exception cref="UserError">Nothing fits.</exception>
    public static IReadOnlyDictionary<string, float[]>? Of(RunConfig config, INetwork network, Action<string> report) => config switch
    {
        { Init: { } file } => FromClassifier(config, network, file, report),
        { From: { } run } => FromRun(config, network, run, report),
        _ => null,
    };

    private static IReadOnlyDictionary<string, float[]> FromRun(
        RunConfig config, INetwork network, string run, Action<string> report)
    {
        IReadOnlyDictionary<string, float[]> given = RunExport.Shipped(Checkpoint.Of(run).State);
        IReadOnlyList<Parameter> wanted = InferenceGraph.Declared(network);
        bool Fits(Parameter w) => given.TryGetValue(w.Name, out float[]? v) && v.Length == w.Shape.Count;
        int fit = wanted.Count(Fits);
        if (fit == 0) throw new UserError($"--from {run}: none of its weights fit {config.NetworkName}");
        if (config.ForIntegers && fit < wanted.Count)
        {
            throw new UserError($"--qat: {fit} of {wanted.Count} parameters of {config.NetworkName} are in {run}: "
                + "name the run's own --net, --backbone and --neck");
        }

        report($"{fit} of {wanted.Count} parameters from {run}, the others random");
        double share = wanted.Where(Fits).Sum(w => (double)w.Shape.Count) / wanted.Sum(w => (double)w.Shape.Count);
        if (share < ExpectedShare)
        {
            report(string.Create(CultureInfo.InvariantCulture,
                $"warning: these are {share:P1} of the weights of {config.NetworkName}, which trains nearly from scratch: ")
                + "name the run's own --net, --backbone and --neck to take all of them");
        }

        return given;
    }

    /// <summary>A classifier's weights for a built-in network, matched by the order and shape of convolutions and dense layers.</summary>
    private static Dictionary<string, float[]> FromClassifier(
        RunConfig config, INetwork network, string file, Action<string> report)
    {
        Classifier classifier = OnnxClassifier.Load(file);
        Queue<string> given = new(classifier.Layers.Where(l => l is ConvLayer or DenseLayer).Select(l => l.Name));
        Dictionary<string, float[]> taken = new(StringComparer.Ordinal);
        List<string> missed = [];
        Parameter[] kernels = [.. InferenceGraph.Declared(network).Where(p => p.Kind == ParameterKind.Weight)];
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

        if (taken.Count == 0)
        {
            string remedy = $"--backbone {file} trains the file's own network";
            throw new UserError($"--init {file}: its first layer does not fit {config.NetworkName}: {remedy}");
        }

        string unused = given.Count == 0 ? "none" : string.Join(", ", given);
        string random = string.Join(", ", missed);
        report($"{taken.Count / 2} of {kernels.Length} layers from {file}; random: {random}; unused in the file: {unused}");
        return taken;
    }
}
