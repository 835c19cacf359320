using Microsoft.ML.OnnxRuntime;

namespace RealtimeSeg.Inference;

/// <summary>
/// How ONNX Runtime's CUDA and TensorRT providers are asked for (options as of its documentation, "CUDA Execution Provider" and "TensorRT
/// Execution Provider"). Never run on a card so far.
/// </summary>
internal static class NvidiaProviders
{
    private const string On = "1", Device = "0";

    /// <summary>
    /// A working size is tried and left within seconds (<c>--target-fps</c>, S and D): cuDNN's exhaustive search of algorithms, the
    /// default, would stop the video each time.
    /// </summary>
    public static Dictionary<string, string> Cuda { get; } = new(StringComparer.Ordinal)
    {
        ["device_id"] = Device,
        ["cudnn_conv_algo_search"] = "HEURISTIC",
        ["cudnn_conv_use_max_workspace"] = On,
        ["do_copy_in_default_stream"] = On,
        ["arena_extend_strategy"] = "kSameAsRequested",
    };

    /// <param name="folder">Where engines and the times of kernels are kept; null for nowhere.</param>
    public static Dictionary<string, string> TensorRt(string? folder)
    {
        Dictionary<string, string> options = new(StringComparer.Ordinal) { ["device_id"] = Device, ["trt_fp16_enable"] = On };
        if (folder is null) return options;
        options["trt_engine_cache_enable"] = On;
        options["trt_engine_cache_path"] = folder;
        options["trt_timing_cache_enable"] = On;
        options["trt_timing_cache_path"] = folder;
        return options;
    }

    /// <summary>Where TensorRT's engines of a model are kept; null for users without a home.</summary>
    public static string? EngineFolder(ModelGraph model) => UserCache.File(Path.Combine("tensorrt", model.Identity));

    /// <summary>Whether TensorRT has built an engine of a model before; without one it takes minutes to begin.</summary>
    public static bool HasEngine(string? folder) => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.engine").Any();

    public static void AppendCuda(SessionOptions session)
    {
        using OrtCUDAProviderOptions options = new();
        options.UpdateOptions(Cuda);
        session.AppendExecutionProvider_CUDA(options);
    }

    /// <param name="session">To run on TensorRT, and by CUDA what TensorRT cannot.</param>
    /// <param name="model">What it will run.</param>
    /// <param name="report">Told before minutes are spent.</param>
    public static void AppendTensorRt(SessionOptions session, ModelGraph model, Action<string> report)
    {
        string? folder = Made(EngineFolder(model));
        using OrtTensorRTProviderOptions options = new();
        options.UpdateOptions(TensorRt(folder));
        session.AppendExecutionProvider_Tensorrt(options);
        AppendCuda(session);
        if (HasEngine(folder)) return;
        report($"provider tensorrt: builds an engine of {model.Name} for this card first, which takes minutes"
            + (folder is null ? "; it cannot be kept" : $", and keeps it in {folder}"));
    }

    /// <summary>A folder that cannot be made keeps nothing.</summary>
    private static string? Made(string? folder)
    {
        try
        {
            return folder is null ? null : Directory.CreateDirectory(folder).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
