using RealtimeSeg.Core.Contract;
using RealtimeSeg.Core.Onnx.ThirdParty;

namespace RealtimeSeg.Inference;

/// <summary>How the network is run.</summary>
/// <param name="Provider">One of <see cref="ExecutionProviders.Choices"/>, or of <paramref name="ProviderLibrary"/>.</param>
/// <param name="Threads">CPU threads; 0 for one per core.</param>
/// <param name="Size">Working size in pixels; null for the one that the model was trained for.</param>
/// <param name="Spin">Let idle threads of the network spin: a little faster, but an idle CPU is never idle.</param>
/// <param name="Hints">How to read a third-party model, as far as it is given.</param>
/// <param name="GlHalf">Whether shaders store numbers in 16 bits; null for what suits the driver.</param>
/// <param name="Fit">How images are brought to the working size; null for the model's own way.</param>
/// <param name="ProviderLibrary">A plug-in provider's library for ONNX Runtime; null for none.</param>
public sealed record SegmenterOptions(
    string Provider = ExecutionProviders.Auto,
    int Threads = 0,
    (int Width, int Height)? Size = null,
    bool Spin = false,
    ModelHints? Hints = null,
    bool? GlHalf = null,
    Fit? Fit = null,
    string? ProviderLibrary = null)
{
    /// <summary>What the programs' options have limits for.</summary>
    /// <exception cref="UserError">A size, a number of threads or a fit that there is not.</exception>
    internal void Check()
    {
        if (Size is { } size) Parse.Size(nameof(Size), FormattableString.Invariant($"{size.Width}x{size.Height}"));
        if (!Limits.Threads.Allows(Threads)) throw new UserError($"{nameof(Threads)} {Threads}: {Limits.Threads.Text}");
        if (Fit is { } fit && !Enum.IsDefined(fit))
            throw new UserError($"{nameof(Fit)} {(int)fit}: choose {string.Join(", ", Enum.GetNames<Fit>())}");
    }

    /// <summary>CPU threads as a number.</summary>
    public int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;

    /// <summary>Whether a CPU will run it, as far as can be told before a model is loaded.</summary>
    public bool MeansCpu => Provider == ExecutionProviders.Cpu || (Provider == ExecutionProviders.Auto && !ExecutionProviders.GpuBuild);
}
