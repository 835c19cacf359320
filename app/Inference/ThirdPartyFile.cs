using Microsoft.ML.OnnxRuntime;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Network.Graphs;

namespace RealtimeSeg.Inference;

/// <summary>What a model that the trainer did not make is, from its session, its sidecar and the options.</summary>
internal static class ThirdPartyFile
{
    /// <summary>How it is read, and the manifest that it lacks; a line says so.</summary>
    /// <exception cref="UserError">Something stays unclear.</exception>
    public static (ThirdPartyModel Model, ModelManifest Manifest) Understand(
        string path, SegmenterOptions options, InferenceSession session, Action<string> report)
    {
        ModelHints hints = (options.Hints ?? new ModelHints()).Or(Sidecar.Read(path));
        if (options.Fit is { } fit) hints = hints with { Fit = fit.ToString() };
        (ThirdPartyModel model, ModelManifest manifest) = ThirdPartyModel.Resolve(session, path, hints, options.Size);
        string named = model.ClassSet is { } set ? $", named as {set} for their number (--labels FILE names them otherwise)" : "";
        report($"{path} is a third-party model, read as {model.Summary}, {manifest.Classes.Count} classes{named}");
        return (model, manifest);
    }

    /// <summary>Its graph for compute shaders.</summary>
    /// <exception cref="UserError">Its weights cannot be read.</exception>
    public static NetworkFile Graph(OnnxFile file, ThirdPartyModel model, ModelManifest manifest, InferenceSession session)
    {
        int rank = session.OutputMetadata[model.Output].Dimensions.Length;
        return new NetworkFile(ThirdPartyGraph.Wrap(file, model, rank, manifest.Classes.Count));
    }
}
