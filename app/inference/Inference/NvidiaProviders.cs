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

    /// <summary>Name of the first card as its driver tells it; null without a driver.</summary>
    public static string? Card { get; } = CardOf("/proc/driver/nvidia/gpus");

    /// <summary>
    /// Where TensorRT's engines are kept, which are good for one graph, one card and the size that they were built for; null for users
    /// without a home.
    /// </summary>
    /// <param name="model">What the file holds, not where it lies.</param>
    /// <param name="size">What the network reads; null for the model's own size.</param>
    /// <param name="card">Its name; null if it is unknown.</param>
    public static string? EngineFolder(ModelGraph model, (int Width, int Height)? size, string? card)
    {
        string of = size is { } s ? $"{s.Width}x{s.Height}" : "own-size";
        string on = string.Concat((card ?? "card").Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'));
        return UserCache.File(Path.Combine("tensorrt", on, $"{model.Identity}-{of}"));
    }

    /// <param name="folder">Of the driver, with a folder for each card.</param>
    internal static string? CardOf(string folder)
    {
        const string Key = "Model:";
        try
        {
            string? facts = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).FirstOrDefault();
            return facts is null ? null : File.ReadLines(Path.Combine(facts, "information"))
                .FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

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
    /// <param name="engines">Where its engines are kept; null for nowhere.</param>
    /// <param name="report">Told before minutes are spent.</param>
    public static void AppendTensorRt(SessionOptions session, ModelGraph model, string? engines, Action<string> report)
    {
        string? folder = Made(engines);
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
