using RealtimeSeg.Core.Contract;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>A network for one size of the frame: its steps, where their maps lie, and what it ends with.</summary>
public sealed class NetworkPlan
{
    private NetworkPlan(IReadOnlyList<Step> steps, IReadOnlyList<Map> outputs, bool endsWithScores)
    {
        (Steps, Outputs, EndsWithScores) = (steps, outputs, endsWithScores);
        Memory = new MemoryPlan(steps, outputs);
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Scores, or labels and confidence.</summary>
    public IReadOnlyList<Map> Outputs { get; }

    /// <summary>Whether labels and confidence are yet to be made from scores.</summary>
    public bool EndsWithScores { get; }

    public MemoryPlan Memory { get; }

    /// <summary>Of a file of the trainer.</summary>
    /// <param name="file">The graph.</param>
    /// <param name="width">Of the frame as the network reads it.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="hasPitch">Whether the manifest tells where scores lie.</param>
    /// <exception cref="UserError">It has an operator that cannot be run.</exception>
    public static NetworkPlan Of(NetworkFile file, int width, int height, bool hasPitch)
    {
        bool scores = hasPitch && file.HasOutput(ModelManifest.ScoresOutput);
        string[] outputs = scores ? [ModelManifest.ScoresOutput] : [ModelManifest.LabelsOutput, ModelManifest.ConfidenceOutput];
        return Of(file, width, height, outputs, fuses: true, scores);
    }

    /// <summary>The same for any outputs.</summary>
    /// <param name="file">The graph.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="height">Of the frame.</param>
    /// <param name="outputs">Their names.</param>
    /// <param name="fuses">Whether operators on single elements become part of the step before them.</param>
    /// <param name="endsWithScores">See <see cref="EndsWithScores"/>.</param>
    internal static NetworkPlan Of(
        NetworkFile file, int width, int height, IReadOnlyList<string> outputs, bool fuses = true, bool endsWithScores = false)
    {
        GraphReader graph = new(file, height, width, outputs, fuses);
        return new NetworkPlan(graph.Steps.All, graph.Outputs, endsWithScores);
    }
}
