using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx;
using RealtimeSeg.Core.Onnx.ThirdParty;
using RealtimeSeg.Network.Device;
using RealtimeSeg.Network.Graphs;
using RealtimeSeg.Network.Steps;

namespace RealtimeSeg.Inference;

/// <summary>Makes a <see cref="Segmenter"/> of a file: whose it is, and what runs it.</summary>
internal static class ModelLoader
{
    /// <summary>Loads a model of the trainer, or a third-party model as far as it can be read.</summary>
    /// <param name="path">An .onnx file.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="report">Receives a line for a fallback to another provider, and on how a third-party model was read.</param>
    /// <exception cref="UserError">No file, not ONNX, or neither a manifest nor inputs and outputs that can be read.</exception>
    public static Segmenter Load(string path, SegmenterOptions options, Action<string> report)
    {
        Segmenter.Check(path, options);
        if (FileIdentity.IsSpecial(path)) throw new UserError($"{path} is a pipe or a device: name an .onnx file");
        if (options.Provider == ExecutionProviders.Gl) return LoadShaders(path, options, report);
        List<string> passedOver = [];
        OpenedSession opened = Open(path, options, passedOver.Add);
        try
        {
            passedOver.ForEach(report);
            return opened.EndsWithScores || HasContract(opened.Session)
                ? LoadOwn(path, options, opened)
                : LoadThirdParty(path, options, opened, report);
        }
        catch
        {
            opened.Session.Dispose();
            throw;
        }
    }

    private static OpenedSession Open(string path, SegmenterOptions options, Action<string> report)
    {
        SessionOptions Configure()
        {
            SessionOptions o = new()
            {
                LogSeverityLevel = Segmenter.Silent,
                IntraOpNumThreads = options.ThreadCount,
            };
            // Threads that spin between runs would take the cores that capture and software rendering need.
            o.AddSessionConfigEntry("session.intra_op.allow_spinning", options.Spin ? "1" : "0");
            return o;
        }

        try
        {
            using FileStream readable = File.OpenRead(path); // ONNX Runtime would call a file without permission no model
            return ExecutionProviders.Open(ModelGraph.Of(path), Configure, options, report);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UserError($"cannot read {path} ({UserError.OneLine(e)}): check its permissions", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw LoadFailure.Of(path, e);
        }
    }

    /// <summary>Whether a graph has the inputs and outputs that the trainer exports.</summary>
    private static bool HasContract(InferenceSession session)
    {
        bool reads = session.InputMetadata.Count == 1
            && session.InputMetadata.TryGetValue(ModelManifest.FrameInput, out NodeMetadata? input)
            && input.ElementDataType == TensorElementType.UInt8
            && input.Dimensions.Length == 4;
        return reads
            && session.OutputMetadata.ContainsKey(ModelManifest.LabelsOutput)
            && session.OutputMetadata.ContainsKey(ModelManifest.ConfidenceOutput);
    }

    private static Segmenter LoadOwn(string path, SegmenterOptions options, OpenedSession opened)
    {
        ModelManifest manifest = ModelManifest.Parse(() => opened.Session.ModelMetadata.CustomMetadataMap, path);
        return new Segmenter(NameOf(path), opened, options.ThreadCount, Wanted(manifest, options));
    }

    private static Segmenter LoadShaders(string path, SegmenterOptions options, Action<string> report)
    {
        OnnxFile file = OnnxFile.Read(path);
        KernelTiles? Tiles(Driver driver) => TileRace.Kept(driver, options.GlHalf, UserCache.File(TileRace.CacheFile));
        if (ModelGraph.IsOwn(path))
        {
            ModelManifest own = ModelManifest.Parse(file.Metadata, path);
            ShaderModel shaders = new(new NetworkFile(file), own.ScorePitch, options.GlHalf, Tiles);
            return new Segmenter(NameOf(path), shaders, options.ThreadCount, Wanted(own, options));
        }

        // What its file leaves out, types and sizes, ONNX Runtime infers.
        SegmenterOptions cpu = options with { Provider = ExecutionProviders.Cpu, ProviderLibrary = null };
        using InferenceSession session = Open(path, cpu, _ => { }).Session;
        (ThirdPartyModel model, ModelManifest manifest) = ThirdPartyFile.Understand(path, options, session, report);
        ShaderModel wrapped = new(ThirdPartyFile.Graph(file, model, manifest, session), null, options.GlHalf, Tiles);
        return new Segmenter(NameOf(path), wrapped, options.ThreadCount, manifest, model);
    }

    private static ModelManifest Wanted(ModelManifest manifest, SegmenterOptions options)
        => manifest with { Size = options.Size ?? manifest.Size, Fit = options.Fit ?? manifest.Fit };

    private static Segmenter LoadThirdParty(string path, SegmenterOptions options, OpenedSession opened, Action<string> report)
    {
        (ThirdPartyModel model, ModelManifest manifest) = ThirdPartyFile.Understand(path, options, opened.Session, report);
        return new Segmenter(NameOf(path), opened, options.ThreadCount, manifest, model);
    }

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
