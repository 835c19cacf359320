using System.Globalization;
using System.Numerics.Tensors;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>Writes .onnx files from runs: one, or several as one model.</summary>
public static class RunExport
{
    public static ModelManifest ManifestOf(RunConfig config) => new()
    {
        Classes = config.ClassNames,
        Palette = config.ClassNames.SequenceEqual(StreetClasses.Names, StringComparer.Ordinal) ? StreetClasses.Palette : ModelManifest.DefaultPalette(config.ClassNames.Count),
        Size = ModelManifest.DefaultSize,
        Network = $"{config.Net}-{Path.GetFileNameWithoutExtension(config.Backbone)}",
        Parameters = InferenceGraph.Declared(config.Network()).Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count),
        Data = config.Data,
        MeanIu = config.ValidationMeanIu,
        Commit = config.Commit.Length > 0 ? config.Commit : BuildInfo.Commit(), // runs of earlier versions do not say
        Date = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>The network of a run folder, as it was at its last checkpoint, or at the one that scored best.</summary>
    public static ModelManifest FromRun(string folder, string target, ExportForm? form = null, bool best = false)
    {
        Checkpoint checkpoint = Load(folder, best);
        RunConfig config = checkpoint.Config;
        ModelManifest manifest = Exporter.AtSizes(ManifestOf(config with { Data = DataNames(config) }), form) with { Recipe = [.. Recipe.Of(folder, config), Recipe.Export([folder], null, form, best)] };
        AtomicFile.Write(target, InferenceGraph.Build(config.Network(), Shipped(checkpoint.State), manifest, form));
        return manifest;
    }

    /// <summary>Several runs' networks in one file.</summary>
    /// <exception cref="UserError">Fewer than two runs, or they know different classes.</exception>
    public static ModelManifest FromRuns(IReadOnlyList<string> folders, string combine, string target, ExportForm? form = null, bool best = false)
    {
        if (folders.Count < 2) throw new UserError("--ensemble takes two runs or more: RUN_A,RUN_B");
        Checkpoint[] members = [.. folders.Select(f => Load(f, best))];
        foreach ((Checkpoint m, string folder) in members.Zip(folders))
        {
            if (!m.Config.ClassNames.SequenceEqual(members[0].Config.ClassNames, StringComparer.Ordinal)) throw new UserError($"{folder} knows other classes than {folders[0]}: they cannot decide together");
        }

        bool soup = combine == Ensemble.Weights;
        ModelManifest[] manifests = [.. members.Select(m => ManifestOf(m.Config))];
        ModelManifest manifest = Exporter.AtSizes(manifests[0] with
        {
            Network = soup ? manifests[0].Network : $"{combine} of {string.Join(" and ", manifests.Select(m => m.Network))}",
            Parameters = soup ? manifests[0].Parameters : manifests.Sum(m => m.Parameters),
            Data = string.Join(" and ", members.Select(m => DataNames(m.Config)).Distinct(StringComparer.Ordinal)),
            Recipe = [.. folders.Zip(members).SelectMany(m => Recipe.Of(m.First, m.Second.Config)).Distinct(StringComparer.Ordinal), Recipe.Export(folders, combine, form, best)],
            MeanIu = null, // nobody has scored them together yet
        }, form);
        (INetwork Net, IReadOnlyDictionary<string, float[]> Weights)[] networks = [.. members.Select(m => (m.Config.Network(), Shipped(m.State)))];
        AtomicFile.Write(target, soup ? InferenceGraph.Build(networks[0].Net, MeanOf(folders, networks), manifest, form) : InferenceGraph.BuildEnsemble(networks, combine, manifest, form));
        return manifest;
    }

    private static Dictionary<string, float[]> MeanOf(IReadOnlyList<string> folders, (INetwork Net, IReadOnlyDictionary<string, float[]> Weights)[] members)
    {
        for (int i = 1; i < members.Length; i++)
        {
            if (!members[i].Net.Equals(members[0].Net)) throw new UserError($"{folders[i]} is another network than {folders[0]}: only weights of the same one have a mean");
        }

        Dictionary<string, float[]> mean = new(StringComparer.Ordinal);
        foreach (string name in InferenceGraph.Declared(members[0].Net).Select(p => p.Name))
        {
            float[] sum = [.. members[0].Weights[name]];
            foreach ((_, IReadOnlyDictionary<string, float[]> weights) in members.Skip(1)) TensorPrimitives.Add(sum, weights[name], sum);
            TensorPrimitives.Divide(sum, members.Length, sum);
            mean[name] = sum;
        }

        return mean;
    }

    private static Checkpoint Load(string folder, bool best) => Checkpoint.Load(Path.Combine(folder, best ? Checkpoint.BestFileName : Checkpoint.FileName));

    private static string DataNames(RunConfig config)
        => string.Join(',', config.Data.Split(',').Select(d => Path.GetFileName(Path.TrimEndingDirectorySeparator(d))));

    /// <summary>The parameters to ship: the moving averages where a run keeps them.</summary>
    public static IReadOnlyDictionary<string, float[]> Shipped(IReadOnlyDictionary<string, float[]> state)
        => state.ToDictionary(s => s.Key, s => state.GetValueOrDefault(StepGraph.AveragePrefix + s.Key, s.Value), StringComparer.Ordinal);
}
