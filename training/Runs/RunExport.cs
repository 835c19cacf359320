using System.Globalization;
using System.Numerics.Tensors;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Street;
using RealtimeSeg.Training.Data;
using RealtimeSeg.Training.Export;
using RealtimeSeg.Training.Networks;
using RealtimeSeg.Training.Nn;
using RealtimeSeg.Training.Quantization;
using RealtimeSeg.Training.Step;

namespace RealtimeSeg.Training.Runs;

/// <summary>Writes .onnx files from runs: one run, or several as one model.</summary>
public static class RunExport
{
    /// <summary>Between the kernels of two runs, below which they are taken for strangers.</summary>
    private const double LeastCosine = 0.5;

    /// <param name="config">The run's settings.</param>
    /// <param name="network">Its network.</param>
    /// <param name="meanIu">Of the weights that are exported, on the validation split; null if unknown.</param>
    public static ModelManifest ManifestOf(RunConfig config, INetwork network, double? meanIu) => new()
    {
        Classes = config.ClassNames,
        Palette = StreetClasses.PaletteFor(config.ClassNames),
        Size = ModelManifest.DefaultSize,
        Network = config.Title,
        Parameters = InferenceGraph.Declared(network).Where(p => p.Kind != ParameterKind.Statistic).Sum(p => p.Shape.Count),
        Data = config.Data,
        MeanIu = meanIu,
        Commit = config.Commit.Length > 0 ? config.Commit : BuildInfo.Commit(), // checkpoints of earlier versions lack it
        Date = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    /// <summary>A run's network as a file: in integers if it was trained for them.</summary>
    /// <param name="network">The network.</param>
    /// <param name="state">Of the run.</param>
    /// <param name="manifest">The file's description of itself.</param>
    /// <param name="form">How it is stored, and more.</param>
    /// <returns>The bytes of the .onnx file.</returns>
    /// <exception cref="UserError">The state is of another network.</exception>
    internal static byte[] Model(
        INetwork network, IReadOnlyDictionary<string, float[]> state, ModelManifest manifest, ExportForm? form = null)
    {
        byte[] floats = InferenceGraph.Build(network, Shipped(state), manifest, form);
        return RunRanges.Of(state) is { } ranges ? Quantizer.Quantize(floats, ranges) : floats;
    }

    /// <summary>Exports a run's network with the weights of its last checkpoint, or of the one with the best score.</summary>
    /// <exception cref="UserError">There is no such checkpoint, or its kernels are integers, which have one form of storage.</exception>
    public static ModelManifest FromRun(string folder, string target, ExportForm? form = null, bool best = false)
    {
        Member run = Member.Load(folder, best);
        if (run.Config.ForIntegers && form is { Kernels: not KernelStorage.Float })
            throw new UserError($"{folder} was trained for 8 bits, its kernels are stored in them: leave --fp16 and --int8 out");
        ModelManifest manifest = Exporter.AtSizes(run.Manifest with { Data = run.DataNames }, form) with
        {
            Recipe = [.. Recipe.Of(folder, run.Config), Recipe.Export([folder], null, form, best)],
        };
        AtomicFile.Write(target, Model(run.Network, run.Weights, manifest, form));
        return manifest;
    }

    /// <summary>Exports several runs' networks as one file.</summary>
    /// <param name="folders">Two or more.</param>
    /// <param name="combine">A rule of <see cref="Ensemble"/>.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="form">How kernels are stored, and more.</param>
    /// <param name="best">The checkpoints with the best score instead of the last ones.</param>
    /// <param name="warn">Receives a line about runs whose mean is most likely of no use.</param>
    /// <exception cref="UserError">Fewer than two runs, runs with different classes, or one for 8 bits.</exception>
    public static ModelManifest FromRuns(
        IReadOnlyList<string> folders,
        string combine,
        string target,
        ExportForm? form = null,
        bool best = false,
        Action<string>? warn = null)
    {
        if (folders.Count < 2) throw new UserError("--ensemble takes two runs or more: RUN_A,RUN_B");
        Member[] members = [.. folders.Select(f => Member.Load(f, best))];
        foreach (Member m in members.Where(m => !m.Config.ClassNames.SequenceEqual(members[0].Config.ClassNames, StringComparer.Ordinal)))
            throw new UserError($"{m.Folder} was trained on different classes than {members[0].Folder}: they cannot be combined");

        if (Array.Find(members, m => m.Config.ForIntegers) is { } integers)
            throw new UserError($"{integers.Folder} was trained for 8 bits: only runs in floats can be combined");
        if (combine == Ensemble.Weights) WarnOfStrangers(members, warn ?? (_ => { }));
        IEnumerable<string> training = members.SelectMany(m => Recipe.Of(m.Folder, m.Config)).Distinct(StringComparer.Ordinal);
        ModelManifest manifest = Exporter.AtSizes(Combined(members, combine), form) with
        {
            Recipe = [.. training, Recipe.Export(folders, combine, form, best)],
        };
        AtomicFile.Write(target, combine == Ensemble.Weights
            ? InferenceGraph.Build(members[0].Network, MeanWeights(members), manifest, form)
            : InferenceGraph.BuildEnsemble([.. members.Select(m => (m.Network, m.Weights))], combine, manifest, form));
        return manifest;
    }

    /// <summary>The parameters to ship: the moving averages if a run keeps them.</summary>
    public static IReadOnlyDictionary<string, float[]> Shipped(IReadOnlyDictionary<string, float[]> state)
        => state.ToDictionary(s => s.Key, s => state.GetValueOrDefault(StepGraph.AveragePrefix + s.Key, s.Value), StringComparer.Ordinal);

    private static ModelManifest Combined(Member[] members, string combine)
    {
        ModelManifest first = members[0].Manifest with
        {
            Data = string.Join(" and ", members.Select(m => m.DataNames).Distinct(StringComparer.Ordinal)),
            MeanIu = null, // the members' scores are not that of the combination
        };
        return combine == Ensemble.Weights ? first : first with
        {
            Network = $"{combine} of {string.Join(" and ", members.Select(m => m.Manifest.Network))}",
            Parameters = members.Sum(m => m.Manifest.Parameters),
        };
    }

    /// <summary>
    /// Runs that started from one another have kernels that point in nearly the same direction; those that started from different random
    /// weights are at right angles, and in their mean either is lost.
    /// </summary>
    private static void WarnOfStrangers(Member[] members, Action<string> warn)
    {
        string[] kernels =
        [
            .. InferenceGraph.Declared(members[0].Network).Where(p => p.Kind == ParameterKind.Weight).Select(p => p.Name),
        ];
        foreach (Member m in members.Skip(1).Where(m => m.Network.Equals(members[0].Network)))
        {
            double Dot(Member a, Member b) => kernels.Sum(k => (double)TensorPrimitives.Dot(a.Weights[k].AsSpan(), b.Weights[k].AsSpan()));
            double cosine = Dot(m, members[0]) / Math.Sqrt(Dot(m, m) * Dot(members[0], members[0]));
            if (cosine >= LeastCosine) continue;
            warn(string.Create(CultureInfo.InvariantCulture,
                $"warning: {m.Folder} and {members[0].Folder} did not start from one another (cosine of their kernels {cosine:F2}): ")
                + $"the mean of their weights is most likely of no use; --combine {Ensemble.Mean} takes that of their probabilities");
        }
    }

    /// <summary>The mean of the weights ("model soup", Wortsman et al. 2022).</summary>
    private static Dictionary<string, float[]> MeanWeights(Member[] members)
    {
        foreach (Member m in members.Where(m => !m.Network.Equals(members[0].Network)))
            throw new UserError($"{m.Folder} has another network than {members[0].Folder}: --combine {Ensemble.Weights} needs equal ones");

        Dictionary<string, float[]> mean = new(StringComparer.Ordinal);
        foreach (string name in InferenceGraph.Declared(members[0].Network).Select(p => p.Name))
        {
            float[] sum = [.. members[0].Weights[name]];
            foreach (Member m in members.Skip(1)) TensorPrimitives.Add(sum, m.Weights[name], sum);
            TensorPrimitives.Divide(sum, members.Length, sum);
            mean[name] = sum;
        }

        return mean;
    }

    /// <summary>A run to export: its settings, its network (made once) and the weights to ship.</summary>
    private sealed record Member(
        string Folder, RunConfig Config, INetwork Network, IReadOnlyDictionary<string, float[]> Weights, ModelManifest Manifest)
    {
        /// <summary>The data without the folders of the machine that trained.</summary>
        public string DataNames
            => string.Join(',', Config.Data.Split(',').Select(d => Path.GetFileName(Path.TrimEndingDirectorySeparator(d))));

        public static Member Load(string folder, bool best)
        {
            Checkpoint c = Checkpoint.Of(folder, best);
            INetwork network = c.Config.Network();
            bool isProof = Recipe.Lineage(folder, c.Config).All(run => run.Config.TrainOn == Split.Train);
            double? proven = isProof ? c.Progress.ValidationMeanIu : null;
            return new Member(folder, c.Config, network, Shipped(c.State), ManifestOf(c.Config, network, proven));
        }
    }
}
