using System.Text.Json;
using System.Text.Json.Nodes;

namespace RealtimeSeg.Training.Runs;

/// <summary>
/// The JSON that config.json and the header of a checkpoint share: the settings by name, then the two scores of the run so far, the
/// size of a batch, and the losses of the epoch so far.
/// </summary>
internal static class RunFile
{
    public const string ConfigFileName = "config.json";

    public static JsonObject Write(RunConfig config, RunState state)
    {
        JsonObject file = JsonSerializer.SerializeToNode(config)!.AsObject();
        file[nameof(RunState.ValidationMeanIu)] = state.ValidationMeanIu;
        file[nameof(RunState.BestMeanIu)] = state.BestMeanIu;
        file[nameof(RunConfig.Batch)] = JsonSerializer.SerializeToNode(config.Batch);
        file[nameof(RunState.EpochLoss)] = state.EpochLoss;
        file[nameof(RunState.EpochSteps)] = state.EpochSteps;
        return file;
    }

    /// <summary>Whether a file was written by a run.</summary>
    public static bool Is(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject file && file.ContainsKey(nameof(RunConfig.TotalSteps));
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <param name="file">As written; fields that earlier versions lack have their defaults.</param>
    /// <param name="step">Steps done, which the header of a checkpoint keeps outside this object.</param>
    public static (RunConfig Config, RunState State) Read(JsonObject file, long step)
    {
        RunState state = new()
        {
            Step = step,
            ValidationMeanIu = (double?)file[nameof(RunState.ValidationMeanIu)],
            BestMeanIu = (double?)file[nameof(RunState.BestMeanIu)] ?? 0,
            EpochLoss = (double?)file[nameof(RunState.EpochLoss)] ?? 0,
            EpochSteps = (long?)file[nameof(RunState.EpochSteps)] ?? 0,
        };
        return (file.Deserialize<RunConfig>()!, state);
    }
}
