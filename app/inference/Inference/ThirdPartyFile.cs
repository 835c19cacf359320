using Microsoft.ML.OnnxRuntime;
using OpenCvSharp;
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

    /// <summary>
    /// Its graph for compute shaders. Whether a matte's values are probabilities only a run can tell, here on an image of noise: the CPU
    /// looks at those of each frame.
    /// </summary>
    /// <exception cref="UserError">Its weights cannot be read.</exception>
    public static NetworkFile Graph(OnnxFile file, ThirdPartyModel model, ModelManifest manifest, InferenceSession session)
    {
        int rank = session.OutputMetadata[model.Output].Dimensions.Length;
        int classes = manifest.Classes.Count;
        bool isLogits = model.Kind == OutputKind.Matte && GivesLogits(new ThirdPartyRunner(session, model, file.Path, classes), manifest);
        return new NetworkFile(ThirdPartyGraph.Wrap(file, model, rank, classes, isLogits));
    }

    private static bool GivesLogits(ThirdPartyRunner runner, ModelManifest manifest)
    {
        using Mat noise = new(manifest.Size.Height, manifest.Size.Width, MatType.CV_8UC3);
        Cv2.Randu(noise, Scalar.All(0), Scalar.All(256));
        using RunOptions run = new();
        return runner.GivesLogits(noise, run);
    }
}
