using Microsoft.ML.OnnxRuntime;

namespace RealtimeSeg.Inference;

/// <summary>What runs the network.</summary>
public static class ExecutionProviders
{
    public const string Auto = "auto", Cuda = "cuda", TensorRt = "tensorrt", Cpu = "cpu";
    private const string CudaNative = "CUDAExecutionProvider", TensorRtNative = "TensorrtExecutionProvider";

    public static IReadOnlyList<string> Choices { get; } = [Auto, Cuda, TensorRt, Cpu];

    /// <summary>Whether this build of ONNX Runtime has a GPU provider; a GPU may yet be missing.</summary>
    public static bool GpuBuild => Has(CudaNative);

    /// <summary>Opens a session with the provider asked for; <c>auto</c> tries TensorRT, CUDA, CPU and says why it went on.</summary>
    /// <param name="model">Bytes of the .onnx file.</param>
    /// <param name="options">Options that every provider shares; made anew for each attempt.</param>
    /// <param name="wanted">One of <see cref="Choices"/>.</param>
    /// <param name="say">Told of each fallback.</param>
    public static (InferenceSession Session, string Provider) Open(byte[] model, Func<SessionOptions> options, string wanted, Action<string> say)
    {
        if (wanted != Auto) return (Try(model, options, wanted), wanted);
        foreach ((string provider, string native) in new[] { (TensorRt, TensorRtNative), (Cuda, CudaNative) })
        {
            if (!Has(native)) continue;
            try
            {
                return (Try(model, options, provider), provider);
            }
            catch (UserError e)
            {
                say($"{e.Message}; trying the next provider");
            }
        }

        if (!GpuBuild) say("provider cpu: this build of ONNX Runtime has no GPU provider");
        return (Try(model, options, Cpu), Cpu);
    }

    private static bool Has(string native) => OrtEnv.Instance().GetAvailableProviders().Contains(native, StringComparer.Ordinal);

    private static InferenceSession Try(byte[] model, Func<SessionOptions> options, string provider)
    {
        using SessionOptions o = options();
        try
        {
            if (provider == Cuda) o.AppendExecutionProvider_CUDA(0);
            if (provider == TensorRt) o.AppendExecutionProvider_Tensorrt(0);
            return new InferenceSession(model, o);
        }
        catch (Exception e) when (provider != Cpu && e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            throw new UserError($"provider {provider} is not usable here ({UserError.OneLine(e)}): use --provider cpu, or install its libraries", e);
        }
    }
}
