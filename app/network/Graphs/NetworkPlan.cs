using System.Globalization;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Network.Graphs;

/// <summary>A network for one size of the frame: its steps, where their maps lie, and what it ends with.</summary>
public sealed class NetworkPlan
{
    private NetworkPlan(string path, IReadOnlyList<Step> steps, IReadOnlyList<Map> outputs)
    {
        (Steps, Outputs) = (steps, outputs);
        try
        {
            Memory = new MemoryPlan(steps, outputs);
        }
        catch (OverflowException e)
        {
            throw new UserError($"{path}: its maps are too large for the gl provider: use --provider cpu, or a smaller --size", e);
        }
    }

    public IReadOnlyList<Step> Steps { get; }

    /// <summary>Maps that can be read after the last step.</summary>
    public IReadOnlyList<Map> Outputs { get; }

    public MemoryPlan Memory { get; }

    /// <summary>
    /// A file of the trainer. The last step writes the class of each pixel and its probability into two images, of 8-bit integers and of
    /// numbers from 0 to 1, of the frame's size.
    /// </summary>
    /// <param name="file">The graph.</param>
    /// <param name="width">Of the frame as the network reads it.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="pitch">See <see cref="ModelManifest.ScorePitch"/>; null if the file has labels only.</param>
    /// <exception cref="UserError">It has an operator that cannot be run.</exception>
    public static NetworkPlan Of(NetworkFile file, int width, int height, float? pitch)
    {
        bool decides = pitch is not null && file.HasOutput(ModelManifest.ScoresOutput);
        string[] outputs = decides ? [ModelManifest.ScoresOutput] : [ModelManifest.LabelsOutput, ModelManifest.ConfidenceOutput];
        GraphReader graph = new(file, height, width, outputs, fuses: true);
        Map[] maps = [.. graph.Outputs];
        Map pixels = Map.Of(1, height, width);
        Step last = decides
            ? new Step("scores", pixels, maps)
            {
                IsStored = false,
                Floats = [("pitch", pitch!.Value)],
                Defines = [("CLASS_BLOCKS", maps[0].Shape.Blocks.ToString(CultureInfo.InvariantCulture))],
            }
            : new Step("labels", pixels, maps) { IsStored = false };
        return new NetworkPlan(file.Path, [.. graph.Steps.All, last], []);
    }

    /// <summary>Any outputs of a graph.</summary>
    /// <param name="file">The graph.</param>
    /// <param name="width">Of the frame.</param>
    /// <param name="height">Of the frame.</param>
    /// <param name="outputs">Their names.</param>
    /// <param name="fuses">Whether operators on single elements become part of the step before them.</param>
    internal static NetworkPlan Of(NetworkFile file, int width, int height, IReadOnlyList<string> outputs, bool fuses = true)
    {
        GraphReader graph = new(file, height, width, outputs, fuses);
        return new NetworkPlan(file.Path, graph.Steps.All, graph.Outputs);
    }
}
