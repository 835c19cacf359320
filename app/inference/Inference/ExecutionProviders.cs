using Microsoft.ML.OnnxRuntime;

namespace RealtimeSeg.Inference;

/// <summary>A session, the provider that runs it, and whether its only output are scores.</summary>
internal readonly record struct OpenedSession(InferenceSession Session, string Provider, bool EndsWithScores);

/// <summary>What can run a network.</summary>
public static class ExecutionProviders
{
    public const string Auto = "auto", Cuda = "cuda", TensorRt = "tensorrt", Cpu = "cpu", Gl = "gl";
    private const string Remedy = ": use --provider gl or cpu, or install its libraries";
    private const string CudaNative = "CUDAExecutionProvider", TensorRtNative = "TensorrtExecutionProvider";

    /// <summary>Values of <c>--provider</c>: those of ONNX Runtime, and compute shaders.</summary>
    public static IReadOnlyList<string> Choices { get; } = [Auto, Cuda, TensorRt, Gl, Cpu];

    /// <summary>
    /// Whether this build of ONNX Runtime has a GPU provider; there may still be no GPU. By its file, because ONNX Runtime itself takes a
    /// tenth of a second to load, and whoever asks for help does not need it.
    /// </summary>
    public static bool GpuBuild { get; } = NativeFolders().Any(f => File.Exists(Path.Combine(f, "libonnxruntime_providers_cuda.so")));

    /// <summary>Opens a session. <c>auto</c> tries TensorRT, if an engine of the model is there, CUDA and CPU in turn.</summary>
    /// <param name="model">The .onnx file, or its graph.</param>
    /// <param name="configure">Makes options that all providers share, once for each attempt.</param>
    /// <param name="options">Which provider: one of <see cref="Choices"/> that is ONNX Runtime's, or with a library what it calls its
    /// provider.</param>
    /// <param name="report">Receives a line for each provider that is passed over, and for what will be slow.</param>
    /// <exception cref="UserError">There is no such provider, or it is not usable on this machine.</exception>
    /// <exception cref="OnnxRuntimeException">The file is not a model that can be loaded.</exception>
    internal static OpenedSession Open(
        ModelGraph model, Func<SessionOptions> configure, SegmenterOptions options, Action<string> report)
    {
        (string wanted, string? library) = (options.Provider, options.ProviderLibrary);
        Check(wanted, library);
        string? Engines() => NvidiaProviders.EngineFolder(model, options.Size, NvidiaProviders.Card);
        if (library is not null) return Try(model, configure, wanted, o => PluginProvider.Append(o, wanted, library));
        if (wanted != Auto) return Try(model, configure, wanted, Engines, report);
        foreach ((string provider, string native) in new[] { (TensorRt, TensorRtNative), (Cuda, CudaNative) })
        {
            if (!Has(native)) continue;
            if (provider == TensorRt && !NvidiaProviders.HasEngine(Engines()))
            {
                report($"provider tensorrt: there is no engine of {model.Name} yet; --provider tensorrt builds one, which takes minutes");
                continue;
            }

            try
            {
                return Try(model, configure, provider, Engines, report);
            }
            catch (UserError e)
            {
                report($"{e.Message.Replace(Remedy, "", StringComparison.Ordinal)}; trying the next provider");
            }
        }

        if (!GpuBuild) Log.Debug("provider cpu: this build of ONNX Runtime has no GPU provider"); // nobody asked for one
        return Try(model, configure, Cpu, Engines, report);
    }

    /// <exception cref="UserError">There is no such provider, or this build has none for NVIDIA's cards.</exception>
    internal static void Check(string wanted, string? library)
    {
        if (library is not null && wanted == Auto)
            throw new UserError($"--provider-library {library} needs --provider NAME: what the provider in it calls itself");
        if (library is not null && IsOwn(wanted))
        {
            const string How = "leave the library out, or name the provider in it with --provider NAME";
            throw new UserError($"--provider-library {library}: --provider {wanted} does not use it: {How}");
        }

        if (library is null && !IsOwn(wanted))
        {
            const string OfLibrary = "or with --provider-library FILE the name of the one in it";
            string hint = ProviderHint.Of(wanted);
            throw new UserError($"no provider '{wanted}'{hint}: choose one of {string.Join(", ", Choices)}, {OfLibrary}");
        }

        if (wanted is Cuda or TensorRt && !GpuBuild)
        {
            const string How = "use --provider gl, which needs none, or cpu; ./run.sh builds it in where nvidia-smi finds a card";
            throw new UserError($"provider {wanted}: this build of ONNX Runtime has no GPU provider: {How}");
        }
    }

    /// <summary>Where .NET looks for native libraries: of a program that is made for any system, in folders of packages.</summary>
    private static IEnumerable<string> NativeFolders()
        => ((string?)AppContext.GetData("NATIVE_DLL_SEARCH_DIRECTORIES") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(AppContext.BaseDirectory);

    private static bool IsOwn(string name) => Choices.Contains(name, StringComparer.Ordinal);

    private static bool Has(string native) => OrtEnv.Instance().GetAvailableProviders().Contains(native, StringComparer.Ordinal);

    private static OpenedSession Try(
        ModelGraph model, Func<SessionOptions> configure, string provider, Func<string?> engines, Action<string> report)
    {
        if (provider is Cuda or TensorRt && model.UnpoolsBySwitches)
            report($"provider {provider}: MaxUnpool of {model.Name} runs on the CPU; export it with --unpool scatter for the card");
        return Try(model, configure, provider, options =>
        {
            if (provider == Cuda) NvidiaProviders.AppendCuda(options);
            if (provider == TensorRt) NvidiaProviders.AppendTensorRt(options, model, engines(), report);
        });
    }

    private static OpenedSession Try(
        ModelGraph model, Func<SessionOptions> configure, string provider, Action<SessionOptions> append)
    {
        using SessionOptions options = configure();
        try
        {
            append(options);
            return new OpenedSession(model.Open(options), provider, model.EndsWithScores);
        }
        catch (Exception e) when (provider != Cpu && IsUnusable(e))
        {
            throw new UserError($"provider {provider} is not usable here ({Reason(e)}){Remedy}", e);
        }
    }

    /// <summary>Of what ONNX Runtime tells about a library that cannot be loaded, the loader's own words.</summary>
    private static string Reason(Exception e)
    {
        const string LoadersWords = " with error: ";
        string all = UserError.OneLine(e);
        int found = all.LastIndexOf(LoadersWords, StringComparison.Ordinal);
        return found < 0 ? all : all[(found + LoadersWords.Length)..];
    }

    private static bool IsUnusable(Exception e)
        => e is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException;
}
